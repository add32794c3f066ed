// The offline kit in the browser: what `kazyna.marking.offline_kit` does, for one code at a time.
import { verifyAsync } from "@noble/ed25519";

const FORMAT = "kazyna offline kit 1";
const GS = "\x1d";
const CLOCK_SLACK_MS = 10 * 60_000;
const SYMBOLOGY = /^\](d2|C1|Q3|e0|J1)/;
const CHARACTERS = '[!"%-?A-Z_a-z]';
/** What scanners and programs put for the separator; none is a character of GS1 set 82. */
const REPLACED = /<GS>|\{GS\}|\[GS\]|<FNC1>|\\x1[dD]|\\u001[dD]|\\F|&#29;|%1[dD]|[␝^|~#$@ \t]/g;

export type Text = { en: string; ru: string; ky: string };
type Part = { ai: string; role: string; lengths: number[]; required: boolean };
type Template = { name: string; parts: Part[]; issuer_first: boolean };
type Key = { key_id: string; tail: string; public_key: string; revoked: boolean };
type Product = { gtin: string; name: string; goods: string; listed: boolean };
type Codes = { codes: number; bucket_bits: number; bytes: number };
type Listed = Codes & { status: string; label: Text; on_sale: boolean; starts: Uint32Array; rests: Uint8Array };
type Found = { template: Template; gtin: string; serial: string; key: string; tail: string; extras: string };

export type Kit = {
  made_at: string;
  expires_at: string;
  own_issuer: string;
  templates: Template[];
  keys: Key[];
  products: Product[];
  sets: Listed[];
  texts: Record<string, Text>;
  of_status: Record<string, string>;
};
export type Answer = {
  reason: string;
  text: Text;
  allowed: boolean;
  proof: "signature" | "list" | "nothing";
  product?: string;
  status?: Text;
};

const utf8 = new TextEncoder();
const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** Read a kit whose signature is right and whose key is trusted; throw otherwise. */
export async function readKit(file: ArrayBuffer, trusted: string[]): Promise<Kit> {
  const data = new Uint8Array(file);
  const first = data.indexOf(10);
  const line = new TextDecoder("latin1").decode(data.subarray(0, first));
  const [, publicKey, signature] = line.slice(FORMAT.length).trim().split(" ");
  if (!line.startsWith(FORMAT) || !trusted.includes(publicKey)) throw new Error("not a trusted kit");
  const body = data.subarray(first + 1);
  const signed = new Uint8Array(FORMAT.length + 1 + body.length);
  signed.set(utf8.encode(`${FORMAT}\n`));
  signed.set(body, FORMAT.length + 1);
  const right = await verifyAsync(bytesOf(signature), signed, bytesOf(publicKey), { zip215: false });
  if (!right) throw new Error("the signature of the kit is wrong");
  const second = body.indexOf(10);
  const kit = JSON.parse(new TextDecoder().decode(body.subarray(0, second))) as Kit;
  let at = second + 1;
  for (const set of kit.sets) {
    unpack(set, body.subarray(at, at + set.bytes));
    at += set.bytes;
  }
  return kit;
}

/** Lay out where each bucket of a set begins. */
function unpack(set: Listed, packed: Uint8Array): void {
  const buckets = 2 ** set.bucket_bits;
  const starts = new Uint32Array(buckets + 1);
  for (let bucket = 0; bucket < buckets; bucket++) {
    starts[bucket + 1] = starts[bucket] + packed[2 * bucket] + 256 * packed[2 * bucket + 1];
  }
  set.starts = starts;
  set.rests = packed.subarray(2 * buckets);
}

/** Check one code by the kit at a moment of this device's clock. */
export async function check(kit: Kit, given: string, at: number): Promise<Answer> {
  if (at > Date.parse(kit.expires_at)) return said(kit, "kit_expired");
  if (at < Date.parse(kit.made_at) - CLOCK_SLACK_MS) return said(kit, "clock_wrong");
  const found = match(kit, given);
  if (!found) return said(kit, "malformed");
  if (!checkDigit(found.gtin)) return said(kit, "check_digit");
  const product = kit.products.find((each) => each.gtin === found.gtin);
  return { ...(await judge(kit, found, product)), product: product?.name };
}

async function judge(kit: Kit, found: Found, product?: Product): Promise<Answer> {
  const key = kit.keys.find((each) => each.key_id === found.key);
  const signature = found.tail.length === 88;
  const named = found.template.parts.some((part) => part.role === "key");
  if (named && (!key || (key.tail === "signature") !== signature)) {
    const ours = !found.template.issuer_first || found.serial[0] === kit.own_issuer;
    return said(kit, ours ? "key_unknown" : "foreign");
  }
  if (signature && key && !(await signed(found, key))) return said(kit, "wrong_tail");
  if (key?.revoked) return said(kit, "key_revoked");
  const proof = signature ? "signature" : "nothing";
  const hash = await hashOf(found.gtin + found.serial);
  for (const set of kit.sets) {
    if (!contains(set, hash)) continue;
    const why = set.on_sale ? (signature ? "on_sale" : "listed") : (kit.of_status[set.status] ?? "held_back");
    const shown = set.on_sale && !signature ? "list" : proof;
    return { reason: why, text: kit.texts[why], allowed: set.on_sale, proof: shown, status: set.label };
  }
  if (product?.listed) return { ...said(kit, "not_listed"), proof };
  return signature ? { ...said(kit, "signed"), allowed: true, proof } : said(kit, "cannot_be_checked");
}

const said = (kit: Kit, reason: string): Answer => ({ reason, text: kit.texts[reason], allowed: false, proof: "nothing" });

/** Take a code apart by the templates: as scanned, with brackets, or as a Digital Link. */
function match(kit: Kit, given: string): Found | undefined {
  const text = plain(given.trim());
  for (const template of kit.templates) {
    const parts = template.parts.filter((part) => part.required);
    const shape = parts.map((part) => `${part.ai}(${part.lengths.map((n) => `${kind(part)}{${n}}`).join("|")})`);
    const values = new RegExp(`^${shape.join(`${GS}?`)}${GS}?$`).exec(text);
    if (!values) continue;
    const of = (role: string) => values[parts.findIndex((part) => part.role === role) + 1] ?? "";
    const has = (role: string) => parts.some((part) => part.role === role);
    const extras = parts.flatMap((part, n) => (part.role === "extra" ? [GS + part.ai + values[n + 1]] : []));
    if (!has("gtin") || !has("serial")) continue;
    return {
      template,
      gtin: of("gtin"),
      serial: of("serial"),
      key: has("key") ? of("key") : "",
      tail: has("tail") ? of("tail") : "",
      extras: extras.join(""),
    };
  }
}

const kind = (part: Part) => (part.role === "gtin" ? "[0-9]" : CHARACTERS);

function plain(text: string): string {
  if (text.startsWith("(")) {
    return [...text.matchAll(/\((\d{2,4})\)([^(]*)/g)].map(([, ai, value]) => ai + value).join(GS);
  }
  if (/^https?:\/\//i.test(text)) {
    const url = new URL(text);
    const steps = url.pathname.split("/").map(decodeURIComponent);
    const start = steps.indexOf("01");
    if (start < 0) return text;
    const path = steps.slice(start);
    const pairs = path.flatMap((step, n) => (n % 2 ? [] : [step + (path[n + 1] ?? "")]));
    return [...pairs, ...[...url.searchParams].map(([ai, value]) => ai + value)].join(GS);
  }
  return text.replace(SYMBOLOGY, "").replace(REPLACED, GS).replace(/^\x1d/, "");
}

function checkDigit(gtin: string): boolean {
  const sum = [...gtin].reduce((total, digit, place) => total + Number(digit) * (place % 2 ? 1 : 3), 0);
  return sum % 10 === 0;
}

async function signed(found: Found, key: Key): Promise<boolean> {
  let signature: string;
  try {
    signature = atob(found.tail);
  } catch {
    return false;
  }
  if (btoa(signature) !== found.tail) return false;
  const text = String.fromCharCode(found.serial.length) + found.gtin + found.serial + found.key + found.extras;
  const bytes = Uint8Array.from(signature, (sign) => sign.charCodeAt(0));
  return verifyAsync(bytes, utf8.encode(text), bytesOf(key.public_key), { zip215: false });
}

async function hashOf(name: string): Promise<bigint> {
  const digest = await crypto.subtle.digest("SHA-256", utf8.encode(name));
  return new DataView(digest).getBigUint64(0);
}

function contains(set: Listed, hash: bigint): boolean {
  const bucket = Number(hash >> BigInt(64 - set.bucket_bits));
  const rest = Number((hash >> BigInt(40 - set.bucket_bits)) & 0xffffffn);
  for (let code = set.starts[bucket]; code < set.starts[bucket + 1]; code++) {
    const [high, middle, low] = set.rests.subarray(3 * code);
    if (high * 65536 + middle * 256 + low === rest) return true;
  }
  return false;
}
