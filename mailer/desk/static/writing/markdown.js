// A release file for the editor: the header's fields, then Markdown as releases have it (no raw HTML, no indented code),
// with merge slots and notes. It only colours: what a text means, the reader of releases says.
import { highlight, language, markdown } from "../vendor.js";

const { tags } = highlight;
const FENCE = /^\s*(?:-{3,}|[—–]-*|-[—–]|—{2,}|–{2,})\s*$/;
const FIELD = /^(\s*(?:[-•*]\s+)?)([^\s:：-][^:：\n]{0,40}?)\s*(?::(?=\s|$)|：)/;

const SLOT = /\{\{[^{}\n]*\}\}/g;

const header = {
  defineNodes: [
    { name: "Header", block: true },
    { name: "HeaderFence", style: tags.meta },
    { name: "FieldName", style: tags.propertyName },
  ],
  parseBlock: [{
    name: "Header",
    before: "Blockquote",
    parse(cx, line) {
      if (cx.lineStart !== 0 || !FENCE.test(line.text)) return false;
      const children = [cx.elt("HeaderFence", 0, line.text.length)];
      let end = line.text.length;
      while (cx.nextLine()) {
        const start = cx.lineStart;
        end = start + line.text.length;
        if (FENCE.test(line.text)) {
          children.push(cx.elt("HeaderFence", start, end));
          cx.nextLine();
          break;
        }
        const field = FIELD.exec(line.text);
        if (field) {
          const at = start + field[1].length;
          children.push(cx.elt("FieldName", at, at + field[2].length));
        }
        for (const slot of line.text.matchAll(SLOT)) {
          children.push(cx.elt("Slot", start + slot.index, start + slot.index + slot[0].length));
        }
      }
      cx.addElement(cx.elt("Header", 0, end, children));
      return true;
    },
  }],
};

const slots = {
  defineNodes: [{ name: "Slot", style: tags.macroName }],
  parseInline: [{
    name: "Slot",
    before: "Emphasis",
    parse(cx, next, at) {
      if (next !== 123 || cx.char(at + 1) !== 123) return -1;
      const [found] = cx.slice(at, cx.end).matchAll(SLOT);
      return found?.index === 0 ? cx.addElement(cx.elt("Slot", at, at + found[0].length)) : -1;
    },
  }],
};

const notes = {
  defineNodes: [{ name: "Note", style: tags.labelName }],
  parseInline: [{
    name: "Note",
    before: "Link",
    parse(cx, next, at) {
      if (next !== 91 || cx.char(at + 1) !== 94) return -1;
      const found = /^\[\^[^\]\s]+\]/.exec(cx.slice(at, cx.end));
      return found ? cx.addElement(cx.elt("Note", at, at + found[0].length)) : -1;
    },
  }],
};

const data = language.defineLanguageFacet({});
const parser = markdown.parser.configure([
  { remove: ["HTMLBlock", "HTMLTag", "IndentedCode", "SetextHeading", "LinkReference"] },
  markdown.Table,
  header,
  slots,
  notes,
  { props: [language.languageDataProp.add((type) => (type.isTop ? data : undefined))] },
]);

const classes = highlight.tagHighlighter([
  { tag: tags.heading, class: "tok-heading" },
  { tag: tags.strong, class: "tok-strong" },
  { tag: tags.emphasis, class: "tok-emphasis" },
  { tag: tags.quote, class: "tok-quote" },
  { tag: [tags.link, tags.url], class: "tok-link" },
  { tag: [tags.meta, tags.contentSeparator], class: "tok-fence" },
  { tag: tags.propertyName, class: "tok-field" },
  { tag: tags.macroName, class: "tok-slot" },
  { tag: tags.labelName, class: "tok-note" },
  { tag: tags.processingInstruction, class: "tok-mark" },
]);

export const release = [new language.Language(data, parser, [], "release"), language.syntaxHighlighting(classes)];

// The line behind the header's second fence, 1-based; 1 where there is no header.
export function bodyLine(doc) {
  if (doc.lines < 2 || !FENCE.test(doc.line(1).text)) return 1;
  for (let number = 2; number <= doc.lines; number++) if (FENCE.test(doc.line(number).text)) return number + 1;
  return doc.lines + 1;
}
