#!/usr/bin/env node
// Writes docs/reference: the API reference, from the docstrings of everything the packages export. A public symbol
// without a docstring, and a link in one that leads nowhere, is an error. Needs a build of the packages, for the types
// of one in another. `--check` writes nothing.
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Application, ReflectionKind } from "typedoc";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * `Client` is exported as a constructor that loads this class with the first client; a reader wants the class.
 */
const CLIENT = "agent/src/agent-client.ts";

/** The entry points of the packages' `exports`, but `@tidegauge/agent/register`, which exports nothing. */
const ENTRIES = {
  "@tidegauge/agent": "agent/src/index.ts",
  "@tidegauge/agent/opentelemetry": "agent/src/opentelemetry/index.ts",
  "@tidegauge/agent/testing": "agent/src/testing/index.ts",
  "@tidegauge/agent/diagnosis": "agent/src/diagnosis.ts",
  "@tidegauge/protocol": "protocol/src/index.ts",
  "@tidegauge/protocol/encode": "protocol/src/encode/index.ts",
  "@tidegauge/protocol/decode": "protocol/src/decode/index.ts",
  "@tidegauge/protocol/query": "protocol/src/query/index.ts",
  "@tidegauge/server": "server/src/index.ts",
};

const app = await Application.bootstrapWithPlugins({
  entryPoints: [...Object.values(ENTRIES), CLIENT].map((path) => here(`../packages/${path}`)),
  tsconfig: here("tsconfig.reference.json"),
  plugin: ["typedoc-plugin-markdown"],
  out: here("reference"),
  name: "API reference",
  readme: "none",
  // `tsc -b` checks the types, with the compiler the packages are built with.
  skipErrorChecking: true,
  excludePrivate: true,
  excludeProtected: true,
  excludeInternal: true,
  excludeExternals: true,
  disableGit: true,
  sourceLinkTemplate: "{path}",
  router: "module",
  packagesRequiringDocumentation: ["@tidegauge/agent", "@tidegauge/protocol", "@tidegauge/server"],
  useHTMLAnchors: true,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  classPropertiesFormat: "table",
  enumMembersFormat: "table",
  typeDeclarationFormat: "table",
  tableColumnSettings: { hideSources: true },
  // A property of an answer or of options is often said by its name and type; all else needs a sentence.
  requiredToBeDocumented: ["Enum", "Variable", "Function", "Class", "Interface", "Method", "Accessor", "TypeAlias"],
  intentionallyNotDocumented: ["@tidegauge/server.StoreOptions.logger.__type.log"],
  validation: { notExported: false, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true },
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  logLevel: "Warn",
});
const project = await app.convert();
if (project === undefined) throw new Error("TypeDoc could not read the packages");
// By what users import, not by folder.
const moduleOf = (path) =>
  project.children.find(({ sources }) => sources[0].fullFileName.endsWith(`/packages/${path}`));
for (const [name, path] of Object.entries(ENTRIES)) moduleOf(path).name = name;
showClientAsClass(moduleOf(ENTRIES["@tidegauge/agent"]), moduleOf(CLIENT));

const exported = new Set(project.getReflectionsByKind(ReflectionKind.Class).map(({ name }) => name));
// A member that a public class inherits from another public one is described there.
for (const member of project.getReflectionsByKind(ReflectionKind.ClassMember)) {
  if (member.flags.isInherited && exported.has(member.inheritedFrom?.name.split(".")[0]))
    project.removeReflection(member);
}
const isThere = ({ id }) => project.reflections[id] !== undefined;
for (const reflection of Object.values(project.reflections)) {
  reflection.groups = reflection.groups?.filter((group) => {
    group.children = group.children.filter(isThere);
    return group.children.length > 0;
  });
}
app.validate(project);
// Where a symbol stands in the sources is of no use to a reader of the book.
for (const reflection of Object.values(project.reflections)) delete reflection.sources;
if (!process.argv.includes("--check")) {
  rmSync(here("reference"), { recursive: true, force: true });
  await app.generateOutputs(project);
}
process.exitCode = app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0;

/** Puts the class in the place of the type and the constructor that stand for it. */
function showClientAsClass(agent, file) {
  const [constructorValue, type] = ["Variable", "TypeAlias"].map((kind) =>
    agent.children.find((child) => child.name === "Client" && child.kind === ReflectionKind[kind]),
  );
  for (const child of [...file.children]) if (child.name !== "AgentClient") project.removeReflection(child);
  const [client] = file.children;
  const signature = client.children.find(({ kind }) => kind === ReflectionKind.Constructor).signatures[0];
  client.name = "Client";
  signature.name = "Client";
  signature.comment = constructorValue.comment;
  signature.parameters = signature.parameters.slice(0, 1);
  for (const replaced of [constructorValue, type]) project.removeReflection(replaced);
  const { groups } = agent;
  project.mergeReflections(file, agent); // which forgets the groups
  agent.groups = groups;
  const classes = groups.find(({ title }) => title === "Classes").children;
  const after = classes.findIndex(({ name }) => name.toLowerCase() > "client");
  classes.splice(after, 0, client);
}
