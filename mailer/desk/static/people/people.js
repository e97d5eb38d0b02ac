// A file that is dropped anywhere on the page goes the same way as one that is chosen: into the form, which is posted.
import { $ } from "../frame.js";

const drop = $("drop");
const field = $("file");
if (drop && field) {
  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    drop.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop.classList.remove("over");
  });
  addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    drop.classList.remove("over");
    const files = new DataTransfer();
    files.items.add(event.dataTransfer.files[0]);
    field.files = files.files;
    field.form.requestSubmit();
  });
}
