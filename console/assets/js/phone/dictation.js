// Words said instead of typed, where the browser can: it may send them to its maker, so it asks first.

const Recogniser = window.SpeechRecognition ?? window.webkitSpeechRecognition;

export function offerDictation(button, { field, warn, fail, language }) {
  if (!Recogniser) return;
  let warned = false;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (!warned) return void ((warned = true), warn());
    const recogniser = new Recogniser();
    recogniser.lang = language;
    recogniser.onresult = (event) => {
      field.value = event.results[0][0].transcript;
      field.form.requestSubmit();
    };
    recogniser.onerror = () => fail();
    recogniser.onend = () => button.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-pressed", "true");
    recogniser.start();
  });
}
