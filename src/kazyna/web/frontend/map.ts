// The map of values, and the small map of a property with its comparables.
import {
  GeoJSONFeature,
  type IControl,
  Map,
  Marker,
  NavigationControl,
  Popup,
  ScaleControl,
  setWorkerUrl,
} from "maplibre-gl";

type Place = { lon: number; lat: number; label: string; kind: string; name: string; href?: string };
type Properties = { id: string; n: number; per_m2?: number; value?: number };

const element = document.querySelector<HTMLElement>("#map")!;
const facts = JSON.parse(element.querySelector("script")!.textContent!);
const styles = getComputedStyle(document.documentElement);
const colour = (name: string) => styles.getPropertyValue(name).trim();
const ramp = [1, 2, 3, 4, 5, 6, 7].map((step) => colour(`--ramp-${step}`));
const classes = facts.breaks.flatMap((limit: number, index: number) => [limit, ramp[index + 1]]);
const byZoom = (...stops: number[]) => ["interpolate", ["exponential", 1.5], ["zoom"], ...stops];
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

setWorkerUrl(element.dataset.worker!);

/** Meridians and parallels a tenth of a degree apart: what tells a map from a plot. */
function graticule() {
  const lines = [];
  for (let tenth = -1800; tenth <= 1800; tenth++) {
    const [west, south, east, north] = facts.bounds.map((edge: number) => edge * 10);
    if (tenth > west - 30 && tenth < east + 30) {
      lines.push([[tenth / 10, south / 10 - 3], [tenth / 10, north / 10 + 3]]);
    }
    if (tenth > south - 30 && tenth < north + 30) {
      lines.push([[west / 10 - 3, tenth / 10], [east / 10 + 3, tenth / 10]]);
    }
  }
  return { type: "MultiLineString" as const, coordinates: lines };
}

/** The search panel lies on the map where there is room: keep the properties beside it. */
function padding() {
  const panel = element.querySelector<HTMLElement>(".map-panel");
  const over = panel && getComputedStyle(panel).position === "absolute";
  return { top: 36, bottom: 56, right: 36, left: over ? panel.getBoundingClientRect().right + 20 : 36 };
}

const map = new Map({
  container: element.querySelector<HTMLElement>(".map-canvas")!,
  bounds: facts.bounds,
  fitBoundsOptions: { padding: padding(), maxZoom: 15 },
  minZoom: 6,
  maxZoom: 18,
  attributionControl: false,
  dragRotate: false,
  pitchWithRotate: false,
  touchPitch: false,
  cooperativeGestures: true,
  locale: facts.words,
  style: {
    version: 8,
    sources: {
      values: { type: "vector", tiles: [facts.tiles], minzoom: facts.zooms[0], maxzoom: facts.zooms[1] },
      grid: { type: "geojson", data: graticule() },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colour("--map-ground") } },
      { id: "grid", type: "line", source: "grid", paint: { "line-color": colour("--map-grid"), "line-width": 1 } },
      {
        // Where properties stand, the ground brightens: settled land without anyone's base map.
        id: "land",
        type: "circle",
        source: "values",
        "source-layer": "values",
        paint: {
          "circle-color": colour("--map-land"),
          "circle-radius": byZoom(7, 9, 9, 17, 12, 46, 15, 150),
          "circle-blur": 0.85,
          "circle-opacity": 0.55,
        },
      },
      {
        id: "values",
        type: "circle",
        source: "values",
        "source-layer": "values",
        paint: {
          "circle-color": classes.length
            ? ["case", ["has", "per_m2"], ["step", ["get", "per_m2"], ramp[0], ...classes], colour("--line-2")]
            : colour("--brand"),
          "circle-radius": byZoom(7, 1.5, 9, 2.3, 11, 3.2, 13, 5, 16, 11),
          "circle-stroke-color": "#ffffff",
          "circle-stroke-width": byZoom(10.5, 0, 13, 1),
        },
      },
    ],
  } as never,
});
map.touchZoomRotate.disableRotation();
map.keyboard.disableRotation();

const north: IControl = {
  onAdd() {
    const mark = document.createElement("div");
    mark.className = "maplibregl-ctrl maplibregl-ctrl-group north";
    mark.textContent = facts.north;
    return mark;
  },
  onRemove() {},
};
map.addControl(new NavigationControl({ showCompass: false }), "top-right");
map.addControl(north, "top-right");
map.addControl(new ScaleControl({ maxWidth: 110, unit: "metric" }), facts.places ? "bottom-left" : "top-right");

const popup = new Popup({ closeButton: false, closeOnClick: false, offset: 12, maxWidth: "18rem" });
const format = new Intl.NumberFormat(facts.locale, {
  style: "currency",
  currency: facts.currency,
  currencyDisplay: "narrowSymbol",
  maximumFractionDigits: 0,
});
const count = new Intl.NumberFormat(facts.locale);

function line(tag: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** One property, or the median of several that are too near to be told apart. */
function describe({ id, n, per_m2, value }: Properties): HTMLElement {
  const box = document.createElement("div");
  const each = per_m2 === undefined ? "" : `${format.format(per_m2)} ${facts.per_m2}`;
  if (n > 1) {
    box.append(line("b", each), line("div", `${facts.here}: ${count.format(n)}`), line("div", facts.closer));
    return box;
  }
  if (value !== undefined) box.append(line("b", format.format(value)), line("div", each));
  box.append(line("div", `№ ${id}`));
  return box;
}

const properties = (feature: GeoJSONFeature) => feature.properties as Properties;
map.on("mousemove", "values", (event) => {
  map.getCanvas().style.cursor = "pointer";
  popup.setLngLat(event.lngLat).setDOMContent(describe(properties(event.features![0]))).addTo(map);
});
map.on("mouseleave", "values", () => {
  map.getCanvas().style.cursor = "";
  popup.remove();
});
map.on("click", "values", (event) => {
  const { id, n } = properties(event.features![0]);
  if (n > 1) map.easeTo({ center: event.lngLat, zoom: map.getZoom() + 2, animate: !calm });
  else location.assign(`/properties/${encodeURIComponent(id)}`);
});

const pins: { marker: Marker; pin: HTMLElement; leader: HTMLElement; fixed: boolean }[] = [];
for (const place of (facts.places ?? []) as Place[]) {
  const pin = document.createElement(place.href ? "a" : "div");
  pin.className = `pin pin-${place.kind}`;
  pin.textContent = place.label;
  pin.title = place.name;
  if (place.href) (pin as HTMLAnchorElement).href = place.href;
  const leader = pin.appendChild(line("span", ""));
  leader.className = "leader";
  const marker = new Marker({ element: pin }).setLngLat([place.lon, place.lat]).addTo(map);
  pins.push({ marker, pin, leader, fixed: place.kind === "subject" });
}

/** Push pins that cover each other apart; a line leads from each to its place. The subject stays. */
function spread() {
  const homes = pins.map(({ marker }) => map.project(marker.getLngLat()));
  const at = homes.map(({ x, y }) => ({ x, y }));
  for (let round = 0; round < 60; round++) {
    let moved = false;
    for (let i = 0; i < pins.length; i++) {
      for (let j = 0; j < i; j++) {
        const apart = (pins[i].pin.offsetWidth + pins[j].pin.offsetWidth) / 2;
        // Two on one spot part in directions of their own.
        const dx = at[i].x - at[j].x || Math.cos(i), dy = at[i].y - at[j].y || Math.sin(i);
        const distance = Math.hypot(dx, dy);
        if (distance >= apart) continue;
        const share = (apart - distance) / distance / (pins[i].fixed || pins[j].fixed ? 1 : 2);
        if (!pins[i].fixed) { at[i].x += dx * share; at[i].y += dy * share; }
        if (!pins[j].fixed) { at[j].x -= dx * share; at[j].y -= dy * share; }
        moved = true;
      }
    }
    if (!moved) break;
  }
  pins.forEach(({ marker, leader }, i) => {
    const [dx, dy] = [at[i].x - homes[i].x, at[i].y - homes[i].y];
    marker.setOffset([dx, dy]);
    leader.style.width = `${Math.hypot(dx, dy)}px`;
    leader.style.transform = `rotate(${Math.atan2(-dy, -dx)}rad)`;
  });
}
spread();
map.on("zoom", spread);
map.once("idle", () => {
  element.dataset.drawn = "true";
});
