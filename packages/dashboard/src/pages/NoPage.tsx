import { PanelEmpty } from "../panels/Panel.js";
import { linkTo } from "../route/location.js";
import { useLocation } from "../route/useLocation.js";

/** For an address that names no page. */
export function NoPage({ name }: { name: string }) {
  const { parameters } = useLocation();
  return (
    <section class="page">
      <div class="page-head">
        <h1>No such page</h1>
      </div>
      <PanelEmpty>
        There is no page “{name}”. <a href={linkTo(["services"], parameters)}>All services</a>
      </PanelEmpty>
    </section>
  );
}
