/**
 * uPlot makes an `Intl.NumberFormat(navigator.language)` when its module is evaluated. Headless Chrome under a POSIX
 * locale says `en-US@posix`, which is no BCP 47 tag, and the page would stay empty. Import this before uPlot.
 */
function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

if (typeof navigator !== "undefined" && !isLocale(navigator.language)) {
  Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
}

export {};
