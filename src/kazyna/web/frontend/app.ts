// On every page: htmx for searches that answer while one types.
import "htmx.org";
