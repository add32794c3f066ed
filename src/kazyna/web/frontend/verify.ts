// The public check of a code: by camera, picture or typed text; by the register where there is a
// network, by the signed kit where there is none.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import { type Answer, check, type Kit, readKit, type Text } from "./kit";

type Language = keyof Text;
type Checked = {
  finding: string;
  text: Text;
  allowed: boolean;
  status: Text | null;
  product: string | null;
  gtin: string | null;
  lot: string | null;
  expires_on: string | null;
  first_sold_on: string | null;
  country: string | null;
  repaired: string | null;
};
type Shown = { finding: string; text: string; facts: [string, string | null | undefined][]; note: string };

const FRAME_MS = 120;
const PICTURE_SIDE_MAX = 1600;
const FORMATS = ["DataMatrix", "QRCode", "Code128", "EAN13", "EAN8", "DataBar"] as const;

const root = document.querySelector<HTMLElement>("#verify")!;
const part = <T extends HTMLElement>(name: string) => root.querySelector<T>(`[data-part="${name}"]`)!;
const words = JSON.parse(part("words").textContent!) as Record<string, string>;
const language = document.documentElement.lang as Language;
/** Chromium knows no Kyrgyz months and writes "2026 M03 5": then in figures, as is usual there. */
const figures = { day: "2-digit", month: "2-digit", year: "numeric" } as const;
const days =
  language === "ky"
    ? new Intl.DateTimeFormat("ru", { ...figures, timeZone: "UTC" })
    : new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
const moments =
  language === "ky"
    ? new Intl.DateTimeFormat("ru", { ...figures, hour: "2-digit", minute: "2-digit" })
    : new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const [video, state, result] = [part<HTMLVideoElement>("video"), part("state"), part("result")];
const [field, form] = [part<HTMLInputElement>("code"), part<HTMLFormElement>("form")];
const [start, stop] = [part<HTMLButtonElement>("start"), part<HTMLButtonElement>("stop")];

let kit: Kit | undefined;
let camera: MediaStream | undefined;

prepareZXingModule({ overrides: { locateFile: () => root.dataset.wasm! } });

/** The text of a symbol as scanners send it: symbology identifier and separators are kept. */
async function decode(image: ImageData | Blob): Promise<string | undefined> {
  const found = await readBarcodes(image, { formats: [...FORMATS], tryHarder: true, maxNumberOfSymbols: 1 });
  const symbol = found.find((each) => each.isValid);
  if (!symbol) return undefined;
  return symbol.symbologyIdentifier + new TextDecoder().decode(symbol.bytes);
}

async function ask(code: string): Promise<void> {
  field.value = code.replaceAll("\x1d", "<GS>");
  say(words.checking);
  result.hidden = true;
  const shown = (await online(code)) ?? (await offline(code));
  say("");
  show(shown);
}

/** Ask the register; nothing where it cannot be reached. */
async function online(code: string): Promise<Shown | undefined> {
  let response: Response;
  try {
    response = await fetch("/v1/codes/check", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ codes: [code] }),
    });
  } catch {
    return undefined;
  }
  if (response.status === 429) return { finding: "unknown", text: words.too_many, facts: [], note: "" };
  if (!response.ok) return response.status >= 500 ? undefined : { finding: "unknown", text: words.unreadable, facts: [], note: "" };
  const [checked] = ((await response.json()) as { answers: Checked[] }).answers;
  return {
    finding: checked.finding,
    text: checked.text[language],
    facts: [
      [words.product, checked.product],
      [words.gtin, checked.gtin],
      [words.status, checked.status?.[language]],
      [words.lot, checked.lot],
      [words.expires, checked.expires_on && days.format(new Date(checked.expires_on))],
      [words.first_sold, checked.first_sold_on && days.format(new Date(checked.first_sold_on))],
      [words.country, checked.country],
    ],
    note: checked.repaired ? words.repaired : "",
  };
}

async function offline(code: string): Promise<Shown> {
  if (!kit) return { finding: "unknown", text: words.no_kit, facts: [], note: "" };
  const answer = await check(kit, code, Date.now());
  const made = moments.format(new Date(kit.made_at));
  return {
    finding: finding(answer),
    text: answer.text[language],
    facts: [
      [words.product, answer.product],
      [words.status, answer.status?.[language]],
    ],
    note: `${words.offline_note} ${made}.`,
  };
}

function finding(answer: Answer): string {
  if (answer.allowed) return answer.proof === "signature" ? "genuine" : "attention";
  if (["wrong_tail", "key_unknown", "key_revoked"].includes(answer.reason)) return "false";
  return answer.status || answer.reason === "not_listed" ? "attention" : "unknown";
}

function line<K extends keyof HTMLElementTagNameMap>(tag: K, text: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function show({ finding: kind, text, facts, note }: Shown): void {
  const list = document.createElement("dl");
  list.className = "pairs";
  for (const [name, value] of facts) {
    if (!value) continue;
    const pair = document.createElement("div");
    pair.append(line("dt", name), line("dd", value));
    list.append(pair);
  }
  const quiet = line("p", note);
  quiet.className = "quiet small";
  result.replaceChildren(line("h2", words[`finding_${kind}`]), line("p", text), list, quiet);
  result.dataset.finding = kind;
  result.hidden = false;
  result.focus();
}

const say = (text: string) => (state.textContent = text);

async function scan(): Promise<void> {
  try {
    camera = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 } },
      audio: false,
    });
  } catch {
    say(words.no_camera);
    return;
  }
  video.srcObject = camera;
  part("viewer").hidden = stop.hidden = false;
  start.hidden = true;
  say(words.point);
  await video.play();
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true })!;
  while (camera?.active) {
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    if (canvas.width) {
      pen.drawImage(video, 0, 0);
      const code = await decode(pen.getImageData(0, 0, canvas.width, canvas.height));
      if (code && camera?.active) {
        end();
        navigator.vibrate?.(60);
        await ask(code);
        return;
      }
    }
    await new Promise((next) => setTimeout(next, FRAME_MS));
  }
}

function end(): void {
  camera?.getTracks().forEach((track) => track.stop());
  camera = undefined;
  video.srcObject = null;
  part("viewer").hidden = stop.hidden = true;
  start.hidden = false;
  say("");
}

/** Phones take pictures of many megapixels: smaller ones are read as well, and sooner. */
async function reduced(file: File): Promise<ImageData> {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, PICTURE_SIDE_MAX / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(image.width * scale), Math.round(image.height * scale)];
  const pen = canvas.getContext("2d")!;
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

start.addEventListener("click", () => void scan());
stop.addEventListener("click", end);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const code = field.value.trim().replaceAll("<GS>", "\x1d");
  if (code) void ask(code);
});
part<HTMLInputElement>("picture").addEventListener("change", async (event) => {
  const [file] = (event.target as HTMLInputElement).files ?? [];
  if (!file) return;
  say(words.reading);
  const code = await reduced(file).then(decode).catch(() => undefined);
  if (code) await ask(code);
  else say(words.nothing_found);
});
addEventListener("pagehide", end);

async function fetchKit(): Promise<void> {
  const about = part("offline");
  try {
    const response = await fetch("/verify/kit");
    if (!response.ok) throw new Error(String(response.status));
    kit = await readKit(await response.arrayBuffer(), root.dataset.trusted!.split(" "));
    about.textContent = `${words.kit_until} ${moments.format(new Date(kit.expires_at))}.`;
  } catch {
    about.textContent = words.kit_missing;
  }
}

/** Let the worker keep the page, all it has loaded, and the decoder for the time without network. */
async function keep(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("/verify-worker.js", { scope: "/verify" });
  await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  const own = loaded.filter((name) => new URL(name).pathname.startsWith("/static/"));
  const wanted = [location.href, `${location.origin}/verify`, root.dataset.wasm!, "/verify/kit", ...own];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => (root.dataset.kept = "true");
  registration.active?.postMessage(wanted, [channel.port2]);
}

start.hidden = !navigator.mediaDevices;
part("with-script").hidden = false;
void fetchKit().then(keep).finally(() => (root.dataset.ready = "true"));
