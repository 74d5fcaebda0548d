import type { ServiceSummary, ServicesResponse } from "@tidegauge/protocol/query";
import { getJson } from "../api/client.js";
import { useResource } from "../api/useResource.js";
import { formatAge } from "../format/time.js";
import { useTick } from "../live/useTick.js";
import { PanelError, PanelLoading } from "../panels/Panel.js";
import { linkTo } from "../route/location.js";
import { useLocation } from "../route/useLocation.js";
import { useRange } from "../time/useRange.js";

/** All services the server knows. */
export function ServicesPage() {
  const range = useRange();
  const tick = useTick(range);
  const services = useResource("services", tick, (signal) => getJson<ServicesResponse>("api/v1/services", {}, signal));
  if (services.data === undefined) {
    return services.error ? <PanelError error={services.error} onRetry={services.retry} /> : <PanelLoading />;
  }
  return (
    <section class="page">
      <h1>Services</h1>
      <div class="card table-scroll">
        <table class="services">
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col">Agent</th>
              <th scope="col">Last seen</th>
            </tr>
          </thead>
          <tbody>
            {services.data.services.map((service) => (
              <ServiceRow key={service.name} service={service} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function ServiceRow({ service }: { service: ServiceSummary }) {
  const { parameters } = useLocation();
  return (
    <tr data-testid={`service-${service.name}`}>
      <th scope="row">
        <a href={linkTo(["services", service.name], parameters)}>{service.name}</a>
      </th>
      <td>{service.agent ? `${service.agent.name} ${service.agent.version}` : "–"}</td>
      <td>
        {service.lastSeen === null
          ? "waiting for the first report"
          : formatAge(Date.parse(service.lastSeen), Date.now())}
      </td>
    </tr>
  );
}
