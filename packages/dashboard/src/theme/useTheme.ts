import { useEffect, useState } from "preact/hooks";
import { onThemeChange, shownTheme } from "./theme.js";

/** The shown theme; renders again when it changes. */
export function useTheme(): "light" | "dark" {
  const [theme, setTheme] = useState(shownTheme);
  useEffect(() => onThemeChange(() => setTheme(shownTheme())), []);
  return theme;
}
