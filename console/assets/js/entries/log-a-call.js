// Looks the number up by itself when one has left the field; without scripts a button does so.
import { restore } from "../core/drafts.js";
import { post } from "../core/proof.js";

const form = document.getElementById("log-a-call");
const number = document.getElementById("field-number");
let looked = number?.value;

number?.addEventListener("change", async () => {
  if (number.value === looked) return;
  looked = number.value;
  const values = new FormData(form);
  values.set("look_up", "1");
  try {
    const answer = await post(form.action, values, { headers: headers(values) });
    if (!answer.ok && answer.status !== 422) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const known = page.getElementById("known");
    if (!known || number.value !== looked) return;
    document.getElementById("known").replaceChildren(...known.childNodes);
    restore();
  } catch {
    // The button is still there.
  }
});

function headers(values) {
  return { "X-CSRF-Token": values.get("csrf"), Accept: "text/html" };
}
