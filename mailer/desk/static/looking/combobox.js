// The recipient's box: a combobox with a list (WAI-ARIA Authoring Practices), filled by the server as one types.

/**
 * @param input   the text box, role=combobox
 * @param list    the list under it, role=listbox
 * @param find    (query) => Promise of [{address, label}]
 * @param chosen  (address) => what to do; "" is nobody in particular
 */
export function combobox(input, list, find, chosen) {
  let options = [];
  let at = -1;
  let before = input.value;
  let turn = 0;
  let typing;

  const mark = (index) => {
    at = index;
    options.forEach((option, i) => option.setAttribute("aria-selected", i === at));
    if (options[at]) {
      input.setAttribute("aria-activedescendant", options[at].id);
      options[at].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const close = () => {
    turn += 1;
    clearTimeout(typing);
    list.hidden = true;
    input.setAttribute("aria-expanded", false);
    mark(-1);
  };
  const choose = (address) => {
    input.value = before = address;
    close();
    chosen(address);
  };
  const option = ({ address, label }, index) => {
    const item = document.createElement("li");
    item.id = `person-${index}`;
    item.role = "option";
    item.dataset.address = address;
    item.append(address || "Our own office");
    const small = document.createElement("small");
    small.textContent = label;
    if (label) item.append(small);
    item.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
    item.addEventListener("click", () => choose(address));
    return item;
  };
  const open = async (query) => {
    const mine = ++turn;
    const found = await find(query);
    if (mine !== turn) return;
    const nobody = query ? [] : [{ address: "", label: "nobody in particular: slots show their fallback" }];
    options = [...nobody, ...found].map(option);
    const note = document.createElement("li");
    note.className = "more";
    note.role = "presentation";
    note.textContent = options.length ? "Type a name, an outlet or an address to narrow it down." : "Nobody on the lists matches that.";
    list.replaceChildren(...options, ...(options.length && found.length < 30 ? [] : [note]));
    list.hidden = false;
    input.setAttribute("aria-expanded", true);
    mark(query && options.length ? 0 : -1);
  };

  input.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => open(input.value.trim()), 120);
  });
  input.addEventListener("click", () => {
    if (!list.hidden) return;
    input.select();
    open("");
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (list.hidden) open("");
      else mark((at + step + options.length) % options.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(options[at] && !list.hidden ? options[at].dataset.address : input.value.trim());
    } else if (event.key === "Escape") {
      input.value = before;
      close();
    }
  });
  input.addEventListener("blur", () => {
    close();
    if (input.value.trim() !== before) choose(input.value.trim());
  });
}
