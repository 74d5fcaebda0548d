import { useEffect } from "preact/hooks";
import { LogOut } from "../login/LogOut.js";
import { linkTo } from "../route/location.js";
import { useLocation } from "../route/useLocation.js";
import { ThemeSwitch } from "../theme/ThemeSwitch.js";
import { TimeControls } from "../time/TimeControls.js";
import { useRange } from "../time/useRange.js";

const PAGES: readonly { path: string; name: string; timed: boolean }[] = [
  { path: "services", name: "Services", timed: true },
  { path: "explore", name: "Explore", timed: true },
  { path: "config", name: "Configuration", timed: false },
  { path: "health", name: "Health", timed: true },
];

/** The bar at the top of every page; `locked`: nothing is shown before somebody signs in, so there is no time to choose. */
export function Header({ locked }: { locked: boolean }) {
  const { path, parameters } = useLocation();
  const range = useRange();
  const current = path[0] ?? "services";
  const title = [path[1], PAGES.find((page) => page.path === current)?.name, "Tidegauge"];
  useEffect(() => {
    document.title = title.filter(Boolean).join(" · ");
  });
  const timed = PAGES.find((page) => page.path === current)?.timed ?? true;
  return (
    <header class="topbar">
      <a class="brand" href={linkTo(["services"], parameters)} aria-label="Tidegauge, all services">
        <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
          <rect width="32" height="32" rx="8" class="brand-tile" />
          <path class="brand-wave" d="M4 19c4 0 4-5 8-5s4 5 8 5 4-5 8-5" />
          <path class="brand-pole" d="M16 5v22M13 8h3M13 24h3" />
        </svg>
        <span class="brand-name">Tidegauge</span>
      </a>
      <nav class="main-nav" aria-label="Pages">
        {PAGES.map((page) => (
          <a
            key={page.path}
            href={linkTo([page.path], parameters)}
            {...(page.path === current ? { "aria-current": "page" as const } : {})}
          >
            {page.name}
          </a>
        ))}
      </nav>
      <div class="topbar-end">
        {timed && !locked && <TimeControls range={range} />}
        <ThemeSwitch />
        <LogOut />
      </div>
    </header>
  );
}
