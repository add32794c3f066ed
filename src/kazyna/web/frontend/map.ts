// The map of values, and the small map of a property with its comparables.
import { Map, Marker, NavigationControl, Popup, ScaleControl, setWorkerUrl } from "maplibre-gl";

type Place = { lon: number; lat: number; label: string; kind: "subject" | "comparable" };

const element = document.querySelector<HTMLElement>("#map")!;
const facts = JSON.parse(element.querySelector("script")!.textContent!);
const styles = getComputedStyle(document.documentElement);
const colour = (name: string) => styles.getPropertyValue(name).trim();
const ramp = [1, 2, 3, 4, 5, 6, 7].map((step) => colour(`--ramp-${step}`));

setWorkerUrl(element.dataset.worker!);

const classes = facts.breaks.flatMap((limit: number, index: number) => [limit, ramp[index + 1]]);
const value = ["get", "per_m2"];
const map = new Map({
  container: element.querySelector<HTMLElement>(".map-canvas")!,
  bounds: facts.bounds,
  fitBoundsOptions: { padding: 32, maxZoom: 15 },
  maxZoom: 18,
  attributionControl: false,
  dragRotate: false,
  cooperativeGestures: Boolean(facts.places),
  locale: facts.words,
  style: {
    version: 8,
    sources: {
      values: { type: "vector", tiles: [facts.tiles], minzoom: 7, maxzoom: 14 },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colour("--map-ground") } },
      {
        id: "values",
        type: "circle",
        source: "values",
        "source-layer": "values",
        paint: {
          "circle-color": classes.length
            ? (["case", ["has", "per_m2"], ["step", value, ramp[0], ...classes], colour("--line-2")] as never)
            : colour("--brand"),
          "circle-radius": ["interpolate", ["exponential", 1.6], ["zoom"], 7, 1.4, 10, 2.2, 13, 4.5, 16, 10],
          "circle-opacity": ["interpolate", ["linear"], ["zoom"], 8, 0.85, 14, 0.95],
          "circle-stroke-color": "#ffffff",
          "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 12, 0, 14, 1],
        },
      },
    ],
  },
});
map.addControl(new NavigationControl({ showCompass: false }), "top-right");
map.addControl(new ScaleControl({ maxWidth: 120, unit: "metric" }), "bottom-right");

const popup = new Popup({ closeButton: false, closeOnClick: false, offset: 10, maxWidth: "18rem" });
const money = new Intl.NumberFormat(facts.locale, {
  style: "currency",
  currency: facts.currency,
  maximumFractionDigits: 0,
});

function describe(feature: { properties: Record<string, string | number> }): HTMLElement {
  const box = document.createElement("div");
  const number = document.createElement("strong");
  number.textContent = String(feature.properties.id);
  box.append(number);
  if (feature.properties.value !== undefined) {
    const worth = document.createElement("div");
    worth.textContent = money.format(Number(feature.properties.value));
    box.append(worth);
  }
  if (feature.properties.per_m2 !== undefined) {
    const each = document.createElement("div");
    each.textContent = `${money.format(Number(feature.properties.per_m2))} ${facts.per_m2}`;
    box.append(each);
  }
  return box;
}

map.on("mousemove", "values", (event) => {
  map.getCanvas().style.cursor = "pointer";
  const feature = event.features![0];
  popup.setLngLat(event.lngLat).setDOMContent(describe(feature as never)).addTo(map);
});
map.on("mouseleave", "values", () => {
  map.getCanvas().style.cursor = "";
  popup.remove();
});
map.on("click", "values", (event) => {
  const id = event.features![0].properties.id;
  if (id !== undefined) location.assign(`/properties/${encodeURIComponent(id)}`);
});

for (const place of (facts.places ?? []) as Place[]) {
  const pin = document.createElement("div");
  pin.className = `pin pin-${place.kind}`;
  pin.textContent = place.label;
  new Marker({ element: pin, anchor: "center" })
    .setLngLat([place.lon, place.lat])
    .addTo(map);
}
map.once("idle", () => {
  element.dataset.drawn = "true";
});
