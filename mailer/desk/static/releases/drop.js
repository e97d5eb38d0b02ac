// A document that is dropped anywhere on the page goes the same way as one that is chosen.
import { announce } from "../frame.js";

const MOST = 64e6; // octets, as the server takes them
const form = document.querySelector("form[data-drop]");
const input = form.querySelector("input[type=file]");
const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
let depth = 0;

form.querySelector(".hint").hidden = false;

function over(is) {
  form.classList.toggle("over", is);
  if (!is) depth = 0;
}

addEventListener("dragenter", (event) => {
  if (!hasFiles(event)) return;
  depth += 1;
  over(true);
});
addEventListener("dragleave", (event) => {
  if (hasFiles(event) && --depth <= 0) over(false);
});
addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  over(false);
  const files = new DataTransfer();
  if (event.dataTransfer.files[0]) files.items.add(event.dataTransfer.files[0]);
  input.files = files.files;
  input.dispatchEvent(new Event("change"));
  if (form.reportValidity()) {
    announce("Importing");
    form.requestSubmit();
  }
});
input.addEventListener("change", () => {
  const file = input.files[0];
  input.setCustomValidity(file && file.size > MOST ? "This document is larger than 64 MB. Take out its pictures, or paste its text." : "");
  input.reportValidity();
});
