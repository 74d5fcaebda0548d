/** `auto` follows the system. */
export type ThemeChoice = "light" | "dark" | "auto";

/** In the order the switch goes through them. */
export const THEME_CHOICES: readonly ThemeChoice[] = ["auto", "light", "dark"];

const STORAGE_KEY = "tidegauge.theme";

const SYSTEM_DARK = "(prefers-color-scheme: dark)";

/** Listened to and never read: a list that is read between a change and its event has no event any more in Chromium, and the page would keep the old theme. */
let watched: MediaQueryList | undefined;

/** Always the same list: each call of `matchMedia` makes a new one, with listeners of its own. */
function watchedSystem(): MediaQueryList {
  watched ??= window.matchMedia(SYSTEM_DARK);
  return watched;
}

const listeners = new Set<() => void>();

/** What was chosen on this page; storage may be forbidden. */
let chosen: ThemeChoice | undefined;

/** The choice made on this page, else the stored one; `auto` if there is none. */
export function themeChoice(): ThemeChoice {
  if (chosen !== undefined) return chosen;
  try {
    const stored = window.localStorage.getItem(STORAGE_KEY);
    return stored === "light" || stored === "dark" ? stored : "auto";
  } catch {
    return "auto";
  }
}

/** What is shown now. */
export function shownTheme(): "light" | "dark" {
  const choice = themeChoice();
  if (choice !== "auto") return choice;
  return window.matchMedia(SYSTEM_DARK).matches ? "dark" : "light";
}

/** Puts the theme on the document; tokens.css does the rest. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = shownTheme();
  for (const listener of listeners) listener();
}

/** Stores and shows a choice. */
export function chooseTheme(choice: ThemeChoice): void {
  chosen = choice;
  try {
    window.localStorage.setItem(STORAGE_KEY, choice);
  } catch {
    // Storage may be forbidden: the choice then lasts as long as the page.
  }
  applyTheme();
}

/** Calls `listener` when the shown theme may have changed, by choice or by the system. Returns the stop function. */
export function onThemeChange(listener: () => void): () => void {
  if (listeners.size === 0) watchedSystem().addEventListener("change", applyTheme);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) watchedSystem().removeEventListener("change", applyTheme);
  };
}
