import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { onUnauthorized } from "./api/client.js";
import { forgetSession } from "./api/session.js";
import { Header } from "./pages/Header.js";
import { NoPage } from "./pages/NoPage.js";
import { Later } from "./panels/Later.js";
import { useLocation } from "./route/useLocation.js";
import { onThemeChange } from "./theme/theme.js";

/** Each page comes with what only it needs, when it is first opened: the list of services does without charts, the charts of a service without the list. */
const PAGES: ReadonlyMap<string, () => Promise<ComponentType>> = new Map(
  Object.entries({
    services: () => import("./pages/ServicesPage.js").then(({ ServicesPage }) => ServicesPage),
    explore: () => import("./pages/ExplorePage.js").then(({ ExplorePage }) => ExplorePage),
    config: () => import("./pages/ConfigPage.js").then(({ ConfigPage }) => ConfigPage),
    health: () => import("./pages/HealthPage.js").then(({ HealthPage }) => HealthPage),
  }),
);

const loadServicePage = () => import("./pages/ServicePage.js").then(({ ServicePage }) => ServicePage);

const loadLogin = () => import("./login/LoginForm.js").then(({ LoginForm }) => LoginForm);

/** Only the skip button takes the focus there. */
const FOCUSABLE = { tabIndex: -1 } as const;

/** The whole page: header, and what the location names; or the login, once the server asks for a token. */
export function App() {
  const [locked, setLocked] = useState(false);
  useEffect(
    () =>
      onUnauthorized(() => {
        forgetSession();
        setLocked(true);
      }),
    [],
  );
  useEffect(() => onThemeChange(() => {}), []);
  return (
    <>
      <button type="button" class="skip-link" onClick={skipToContent}>
        Skip to content
      </button>
      <Header locked={locked} />
      <main id="main" {...FOCUSABLE}>
        {locked ? <Later load={loadLogin} props={{ onOpen: () => setLocked(false) }} /> : <CurrentPage />}
      </main>
    </>
  );
}

/** A link to `#main` would change the address, which is the page's state. */
function skipToContent(): void {
  document.getElementById("main")?.focus();
}

function CurrentPage() {
  const { path } = useLocation();
  const [page = "services", item] = path;
  if (page === "services" && item !== undefined) {
    return <Later key={item} load={loadServicePage} props={{ name: item }} />;
  }
  const load = PAGES.get(page);
  return load ? <Later key={page} load={load} props={{}} /> : <NoPage name={page} />;
}
