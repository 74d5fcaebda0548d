import { useState } from "preact/hooks";
import { chooseTheme, THEME_CHOICES, type ThemeChoice, themeChoice } from "./theme.js";

const NAMES: Record<ThemeChoice, string> = { auto: "Auto", light: "Light", dark: "Dark" };

const ICONS: Record<ThemeChoice, string> = {
  auto: "M8 1.5a6.5 6.5 0 1 0 0 13zM8 1.5a6.5 6.5 0 0 1 0 13",
  light:
    "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 .8v2M8 13.2v2M.8 8h2M13.2 8h2M2.9 2.9l1.4 1.4M11.7 11.7l1.4 1.4M2.9 13.1l1.4-1.4M11.7 4.3l1.4-1.4",
  dark: "M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1z",
};

/** One button that steps through auto, light and dark. */
export function ThemeSwitch() {
  const [choice, setChoice] = useState(themeChoice);
  const next = THEME_CHOICES[(THEME_CHOICES.indexOf(choice) + 1) % THEME_CHOICES.length] as ThemeChoice;
  return (
    <button
      type="button"
      class="icon-button"
      data-testid="theme-switch"
      data-theme-choice={choice}
      aria-label={`Theme: ${NAMES[choice]}. Switch to ${NAMES[next]}`}
      title={`Theme: ${NAMES[choice]}`}
      onClick={() => {
        chooseTheme(next);
        setChoice(next);
      }}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d={ICONS[choice]} class={choice === "auto" ? "icon-half" : "icon-line"} />
      </svg>
    </button>
  );
}
