// What the desk's pages take from elsewhere, as one module: htmx with its guard, and the editor.
// htmx's extension finds htmx as a global, so htmx comes first.
import htmx from "htmx.org/dist/htmx.esm.js";
import "htmx.org/dist/ext/hx-csp.js";

export { htmx };
export * as state from "@codemirror/state";
export * as view from "@codemirror/view";
export * as commands from "@codemirror/commands";
export * as language from "@codemirror/language";
export * as lint from "@codemirror/lint";
export * as search from "@codemirror/search";
export * as merge from "@codemirror/merge";
export * as highlight from "@lezer/highlight";
export * as markdown from "@lezer/markdown";
