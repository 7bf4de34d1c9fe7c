// Ticks: one by key, all on the page, and then the way to all that match, with how many there are.
const boxes = () => [...document.querySelectorAll("input[name=ticket]:enabled")];
let asked;

export function startSelection() {
  const all = document.querySelector("[data-tick-all]");
  if (!all || !boxes().length) return;
  all.hidden = false;
  document.addEventListener("change", ({ target }) => {
    if (target === all) for (const box of boxes()) box.checked = all.checked;
    if (target === all || target.matches("input[name=ticket]")) countTicked();
  });
  countTicked();
}

export function countTicked() {
  const ticked = boxes().filter((box) => box.checked).length;
  const isAll = ticked > 0 && ticked === boxes().length;
  const word = document.querySelector("[data-ticked]");
  if (word) word.textContent = word.dataset.ticked.replace("{}", ticked);
  const all = document.querySelector("[data-tick-all]");
  if (all) all.checked = isAll;
  const link = document.querySelector("[data-match-all]");
  if (!link) return;
  link.hidden = !isAll;
  if (isAll) count(link);
}

/** The link works as it is; the number makes it plain what it would do. */
async function count(link) {
  asked ??= fetch(link.dataset.matchAll, { headers: { Accept: "application/json" } }).then((answer) => answer.json());
  try {
    link.textContent = (await asked).said;
  } catch {
    asked = undefined;
  }
}
