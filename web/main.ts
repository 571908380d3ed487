import "./ahead.ts";
import { h, render } from "preact";
import { App } from "./app.ts";

const root = document.getElementById("page");
// In a task of its own: with what came before it would be a long one.
if (root !== null) setTimeout(() => render(h(App, null), root));
