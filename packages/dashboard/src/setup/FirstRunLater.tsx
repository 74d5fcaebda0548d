import { Later } from "../panels/Later.js";

const load = () => import("./FirstRun.js").then(({ FirstRun }) => FirstRun);

/** How to get the first service, fetched when it is shown: most visits are not the first. */
export function FirstRunLater() {
  return <Later load={load} props={{}} />;
}
