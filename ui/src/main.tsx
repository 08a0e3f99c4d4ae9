/** Where the page begins. */
import { createRoot } from "react-dom/client";
import "./styles/fonts.css";
import "./styles/base.css";
import { App } from "./app";
import { firstTheme } from "./shell";
import { Speaking } from "./words";

firstTheme();
createRoot(document.getElementById("root") as HTMLElement).render(
  <Speaking>
    <App />
  </Speaking>,
);
