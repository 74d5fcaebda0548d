import "../agent-config/agent-config.css";
import { useState } from "preact/hooks";
import { readAgents, readConfig } from "../agent-config/api.js";
import { ConfigEditor } from "../agent-config/ConfigEditor.js";
import { ProcessTable } from "../agent-config/ProcessTable.js";
import { useResource } from "../api/useResource.js";
import { useSeconds } from "../live/useSeconds.js";
import { PanelEmpty, PanelError, PanelLoading } from "../panels/Panel.js";

/** Central configuration of the agents, and which process has applied it. */
export function ConfigPage() {
  const tick = useSeconds(5);
  const [saves, setSaves] = useState(0);
  // Read once: a refresh must not overwrite what is being typed.
  const config = useResource("config", 0, readConfig);
  const agents = useResource("agents", tick + saves, readAgents);
  const names = [...new Set(agents.data?.map(({ service }) => service) ?? [])].sort();
  return (
    <section class="page">
      <div class="page-head">
        <h1>Agent configuration</h1>
      </div>
      {config.data ? (
        <ConfigEditor
          key={config.data.etag}
          document={config.data}
          services={names}
          onSaved={() => setSaves(saves + 1)}
          onReadAgain={config.retry}
        />
      ) : config.error ? (
        <PanelError error={config.error} onRetry={config.retry} />
      ) : (
        <PanelLoading />
      )}
      <section class="section" aria-labelledby="section-processes">
        <h2 id="section-processes">Processes</h2>
        {agents.data === undefined ? (
          agents.error ? (
            <PanelError error={agents.error} onRetry={agents.retry} />
          ) : (
            <PanelLoading />
          )
        ) : agents.data.length === 0 ? (
          <PanelEmpty>No agent has talked to this server since it started.</PanelEmpty>
        ) : (
          <ProcessTable processes={agents.data} nowMs={Date.now()} />
        )}
      </section>
    </section>
  );
}
