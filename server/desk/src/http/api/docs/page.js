// Shows the document of the API and lets one try its calls. Text is only ever set as text.

const MOST = 60000;
const state = document.getElementById("state");
const main = document.getElementById("calls");
const index = document.getElementById("index");
const token = document.getElementById("token");
document.getElementById("token-form").addEventListener("submit", (event) => event.preventDefault());

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") node.addEventListener(...value);
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

let schemas = {};

function resolve(schema) {
  if (!schema) return {};
  if (schema.$ref) return resolve(schemas[schema.$ref.split("/").pop()]);
  if (schema.allOf?.length > 1) {
    const parts = schema.allOf.map(resolve);
    const required = parts.flatMap((part) => part.required ?? []);
    return { ...schema, type: "object", required, properties: Object.assign({}, ...parts.map((part) => part.properties)) };
  }
  const one = (schema.oneOf ?? schema.allOf ?? schema.anyOf ?? []).find((part) => part.type !== "null");
  return one && !schema.properties ? { ...resolve(one), description: schema.description ?? resolve(one).description } : schema;
}

function kind(schema) {
  if (!schema) return "";
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    const found = resolve(schema);
    return found.enum ? found.enum.join(" | ") : name;
  }
  if (schema.oneOf || schema.anyOf) return (schema.oneOf ?? schema.anyOf).filter((part) => part.type !== "null").map(kind).join(" | ");
  if (schema.enum) return schema.enum.join(" | ");
  const types = [schema.type].flat().filter((type) => type && type !== "null");
  if (types.includes("array")) return `list of ${kind(schema.items)}`;
  return [types.join(" | "), schema.format && `(${schema.format})`].filter(Boolean).join(" ");
}

function example(schema, depth = 0) {
  const found = resolve(schema);
  if (found.example !== undefined) return found.example;
  if (found.enum) return found.enum[0];
  const type = [found.type].flat().find((one) => one !== "null");
  if (type === "object" || found.properties) {
    const all = Object.entries(found.properties ?? {});
    const wanted = all.filter(([name]) => depth === 0 ? (found.required ?? []).includes(name) || name === "epoch" || name === "text" : (found.required ?? []).includes(name));
    return Object.fromEntries(wanted.map(([name, inner]) => [name, example(inner, depth + 1)]));
  }
  if (type === "array") return [];
  if (type === "integer" || type === "number") return 1;
  if (type === "boolean") return false;
  if (found.format === "uuid") return "00000000-0000-0000-0000-000000000000";
  if (found.format === "date-time") return new Date(Date.now() + 3600000).toISOString();
  return "…";
}

function fieldRows(schema) {
  const found = resolve(schema);
  return Object.entries(found.properties ?? {}).map(([name, inner]) => make("tr", {},
    make("td", {}, make("code", {}, name), (found.required ?? []).includes(name) ? " *" : ""),
    make("td", {}, make("code", {}, kind(inner))),
    make("td", {}, inner.description ?? resolve(inner).description ?? "")));
}

function fields(title, schema) {
  const rows = fieldRows(schema);
  if (!rows.length) return null;
  return make("details", {}, make("summary", {}, title),
    make("div", { class: "scroll" }, make("table", {},
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Field"), make("th", { scope: "col" }, "Type"), make("th", { scope: "col" }, "What it is"))),
      make("tbody", {}, ...rows))));
}

function address(call, inputs) {
  let path = call.path;
  const query = new URLSearchParams();
  for (const { parameter, input } of inputs) {
    const value = input.value.trim();
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(value || `{${parameter.name}}`));
    if (parameter.in === "query" && value) query.set(parameter.name, value);
  }
  const text = query.toString();
  return path + (text ? `?${text}` : "");
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function curl(call, inputs, body, file) {
  const verb = call.method === "get" ? "" : `-X ${call.method.toUpperCase()} `;
  const lines = [`curl ${verb}${quoted(location.origin + address(call, inputs))}`, `-H "Authorization: Bearer $BATON_TOKEN"`];
  const key = inputs.find(({ parameter }) => parameter.in === "header" && parameter.name === "idempotency-key");
  if (key?.input.value) lines.push(`-H ${quoted(`Idempotency-Key: ${key.input.value}`)}`);
  if (file) lines.push(`-F file=@picture.jpg`);
  else if (body) lines.push(`-H 'Content-Type: application/json'`, `-d ${quoted(body.value)}`);
  return lines.join(" \\\n  ");
}

function trial(call) {
  const inputs = (call.parameters ?? []).map((parameter) => ({
    parameter,
    input: make("input", { id: `${call.id}-${parameter.name}`, autocomplete: "off", spellcheck: "false",
      placeholder: kind(parameter.schema), "aria-required": parameter.required ? "true" : false }),
  }));
  const content = call.requestBody?.content ?? {};
  const json = content["application/json"];
  const file = content["multipart/form-data"] ? make("input", { type: "file", id: `${call.id}-file`, "aria-label": "File" }) : null;
  const body = json ? make("textarea", { id: `${call.id}-body`, spellcheck: "false", "aria-label": "Body" }) : null;
  if (body) body.value = JSON.stringify(example(json.schema), null, 2);
  const sample = make("pre", { tabindex: "0", "aria-label": "curl" });
  const answer = make("div", { role: "status" });
  const refresh = () => { sample.textContent = curl(call, inputs, body, file); };
  const box = make("details", {}, make("summary", {}, "Try it"),
    make("div", { class: "fields" }, ...inputs.flatMap(({ parameter, input }) =>
      [make("label", { for: input.id }, make("code", {}, parameter.name), parameter.required ? " *" : ""), input])),
    body, file, sample,
    make("div", { class: "row" },
      make("button", { type: "button", on: ["click", () => send(call, inputs, body, file, answer)] }, "Send"),
      make("button", { type: "button", class: "plain", on: ["click", () => navigator.clipboard?.writeText(sample.textContent)] }, "Copy curl")),
    answer);
  box.addEventListener("input", refresh);
  box.addEventListener("toggle", refresh);
  refresh();
  return box;
}

async function send(call, inputs, body, file, answer) {
  if (!token.value.trim()) {
    answer.replaceChildren(make("p", { class: "bad" }, "Paste a token at the top of the page first."));
    token.focus();
    return;
  }
  const headers = { Authorization: `Bearer ${token.value.trim()}` };
  for (const { parameter, input } of inputs) {
    if (parameter.in === "header" && input.value.trim()) headers[parameter.name] = input.value.trim();
  }
  const options = { method: call.method.toUpperCase(), headers, credentials: "omit" };
  if (file) {
    options.body = new FormData();
    if (file.files[0]) options.body.append("file", file.files[0]);
  } else if (body) {
    headers["Content-Type"] = "application/json";
    options.body = body.value;
  }
  answer.replaceChildren(make("p", { class: "quiet" }, "Sent…"));
  const begun = performance.now();
  try {
    const response = await fetch(address(call, inputs), options);
    const text = (await response.text()).slice(0, MOST);
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* It is shown as it came. */ }
    answer.replaceChildren(
      make("p", { class: response.ok ? "" : "bad" }, `${response.status} after ${Math.round(performance.now() - begun)} ms`),
      make("pre", { tabindex: "0", "aria-label": "Answer" }, shown));
  } catch (error) {
    answer.replaceChildren(make("p", { class: "bad" }, `The desk was not reached: ${error.message}`));
  }
}

function article(call) {
  const ok = Object.entries(call.responses ?? {}).find(([status]) => status.startsWith("2"))?.[1];
  const answered = ok?.content?.["application/json"]?.schema;
  const words = (call.description ?? "").split("\n\n").filter(Boolean).map((text) => make("p", {}, text));
  return make("article", { id: call.id, "aria-labelledby": `${call.id}-title` },
    make("header", {}, make("span", { class: `method ${call.method}` }, call.method.toUpperCase()),
      make("code", { class: "path" }, call.path), make("h3", { id: `${call.id}-title` }, call.summary ?? "")),
    make("div", { class: "body" }, ...words,
      call.requestBody ? fields("What it is told", Object.values(call.requestBody.content)[0]?.schema) : null,
      answered ? fields("What it answers", answered) : null,
      trial(call)));
}

function calls(spec) {
  return Object.entries(spec.paths).flatMap(([path, item]) =>
    Object.entries(item).filter(([, call]) => call?.responses).map(([method, call]) =>
      ({ ...call, path, method, id: `${method}${path.replace(/[^a-z0-9]+/gi, "-")}`.replace(/-$/, "") })));
}

async function begin() {
  const response = await fetch("/api/openapi.json", { credentials: "omit" });
  if (!response.ok) throw new Error(`the document was answered with ${response.status}`);
  const spec = await response.json();
  schemas = spec.components?.schemas ?? {};
  const groups = Map.groupBy(calls(spec), (call) => call.tags?.[0] ?? "Other");
  main.replaceChildren(...spec.info.description.split("\n\n").map((text) => make("p", {}, text.replaceAll("`", ""))),
    make("p", {}, make("a", { href: "/api/openapi.json" }, "The document (OpenAPI 3.1)")));
  for (const [group, all] of groups) {
    index.append(make("h2", {}, group), ...all.map((call) => make("a", { href: `#${call.id}` }, call.summary ?? call.path)));
    main.append(make("h2", {}, group), ...all.map(article));
  }
  const rest = ["Event", "Conversation", "Message", "Handoff", "Packet", "Party", "Problem"].filter((name) => schemas[name]);
  main.append(make("h2", {}, "Shapes"), ...rest.map((name) => fields(name, schemas[name])));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

begin().catch((error) => {
  state.textContent = `The document could not be loaded: ${error.message}`;
  state.className = "bad";
});
