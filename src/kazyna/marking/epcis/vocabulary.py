"""The words of the Core Business Vocabulary 2.0 and the three forms they are written in.

JSON-LD writes a standard value as a bare word (`receiving`), EPCIS 1.x and XML as a URN
(`urn:epcglobal:cbv:bizstep:receiving`), linked data as a Web URI
(`https://ref.gs1.org/cbv/BizStep-receiving`). Inside Kazyna it is always the bare word; a value
that is not of the standard is a URI of somebody else's vocabulary and stays as it is.

Source: GS1 Core Business Vocabulary 2.0 (2022), section 7; GS1 Web Vocabulary for measurements.
"""

from dataclasses import dataclass
from functools import lru_cache

CBV = "https://ref.gs1.org/cbv/"
GS1_VOC = "https://ref.gs1.org/voc/"
GS1_VOC_FORMS = (
    GS1_VOC,
    "https://gs1.org/voc/",
    "http://gs1.org/voc/",
    "https://www.gs1.org/voc/",
    "gs1:",
)
"""How the GS1 Web Vocabulary is written about; the first is the canonical one."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """One list of standard words; there is one of each, so identity is equality."""

    title: str
    """What one of the words is, for messages."""
    words: frozenset[str]
    web: str
    """What a word is written after as a Web URI."""
    urn: str
    """What a word is written after as a URN, or the CURIE where there is none."""
    others: tuple[str, ...] = ()
    """Further prefixes under which the words are met."""

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Every prefix that means this vocabulary, longest first."""
        return tuple(sorted({self.web, self.urn, *self.others}, key=len, reverse=True))


def _cbv(title: str, name: str, urn: str, words: str) -> Vocabulary:
    # Documents of the drafts wrote the names in other cases: `Bizstep-`, and ns.gs1.org.
    others = tuple(
        f"{base}{each}-"
        for base in (CBV, "http://ref.gs1.org/cbv/", "https://ns.gs1.org/cbv/", "cbv:")
        for each in {name, name.capitalize()}
    )
    return Vocabulary(title, frozenset(words.split()), f"{CBV}{name}-", urn, others)


BUSINESS_STEP = _cbv(
    "business step",
    "BizStep",
    "urn:epcglobal:cbv:bizstep:",
    "accepting arriving assembling collecting commissioning consigning creating_class_instance"
    " cycle_counting decommissioning departing destroying disassembling dispensing encoding"
    " entering_exiting holding inspecting installing killing loading other packing picking"
    " receiving removing repackaging repairing replacing reserving retail_selling sampling"
    " sensor_reporting shipping staging_outbound stock_taking stocking storing transporting"
    " unloading unpacking void_shipping",
)
DISPOSITION = _cbv(
    "disposition",
    "Disp",
    "urn:epcglobal:cbv:disp:",
    "active available completeness_inferred completeness_verified conformant container_closed"
    " container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit"
    " inactive mismatch_class mismatch_instance mismatch_quantity needs_replacement"
    " no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled reserved"
    " retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable unknown",
)
BUSINESS_TRANSACTION = _cbv(
    "type of business transaction",
    "BTT",
    "urn:epcglobal:cbv:btt:",
    "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt",
)
SOURCE_DESTINATION = _cbv(
    "type of source or destination",
    "SDT",
    "urn:epcglobal:cbv:sdt:",
    "location owning_party possessing_party",
)
ERROR_REASON = _cbv(
    "reason of an error declaration",
    "ER",
    "urn:epcglobal:cbv:er:",
    "did_not_occur incorrect_data",
)
COMPONENT = _cbv(
    "component of a measurement",
    "Comp",
    "cbv:Comp-",
    "altitude axial_distance azimuth easting elevation_angle height latitude longitude northing"
    " polar_angle spherical_radius x y z",
)
_MEASUREMENTS = (
    "AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance"
    " AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity"
    " Area Capacitance Conductance Conductivity Count Density Dimensionless DoseEquivalent"
    " DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity"
    " ElectricFieldStrength Energy Exposure Force Frequency Illuminance Inductance Irradiance"
    " KinematicViscosity Length LinearMomentum Luminance LuminousFlux LuminousIntensity"
    " MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass MassConcentration"
    " MassFlowRate MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass"
    " MolarVolume Power Pressure RadiantFlux RadiantIntensity Radioactivity RelativeHumidity"
    " Resistance Resistivity SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension"
    " Temperature Time Torque Voltage Volume VolumeFlowRate VolumeFraction VolumetricFlux"
    " Wavenumber"
)
MEASUREMENT = Vocabulary(
    "type of measurement",
    frozenset(_MEASUREMENTS.split()),
    GS1_VOC,
    "gs1:",
    GS1_VOC_FORMS,
)
ALERT = Vocabulary(
    "type of sensor alert",
    frozenset(("ALARM_CONDITION", "ERROR_CONDITION")),
    GS1_VOC,
    "gs1:",
    GS1_VOC_FORMS,
)


@lru_cache(maxsize=4_096)
def bare_word(value: str, vocabulary: Vocabulary) -> str:
    """Write a value as the bare word where it names one of the vocabulary, else leave it.

    Examples
    --------
    >>> bare_word("urn:epcglobal:cbv:bizstep:receiving", BUSINESS_STEP)
    'receiving'
    >>> bare_word("https://example.com/steps/tasting", BUSINESS_STEP)
    'https://example.com/steps/tasting'
    """
    for prefix in vocabulary.prefixes:
        if value.startswith(prefix) and value[len(prefix) :] in vocabulary.words:
            return value[len(prefix) :]
    return value


@lru_cache(maxsize=4_096)
def web_uri(value: str, vocabulary: Vocabulary) -> str:
    """Write a value as a Web URI where it is a word of the vocabulary, else leave it."""
    word = bare_word(value, vocabulary)
    return vocabulary.web + word if word in vocabulary.words else value


def urn(value: str, vocabulary: Vocabulary) -> str:
    """Write a bare word as XML has it, a URN (a CURIE for measurements); else leave it."""
    return vocabulary.urn + value if value in vocabulary.words else value
