// What grows at its end is scrolled there once a frame: each time costs a layout, and a key may end many captions at once.
const grown = new Set();

export function follow(box) {
  if (!grown.size) requestAnimationFrame(toTheirEnds);
  grown.add(box);
}

function toTheirEnds() {
  for (const box of grown) box.scrollTop = box.scrollHeight;
  grown.clear();
}
