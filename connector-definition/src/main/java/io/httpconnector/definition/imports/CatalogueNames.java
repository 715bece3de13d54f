package io.httpconnector.definition.imports;

import java.util.Locale;

/** Converts names and paths of catalogues to those of connector documents. */
final class CatalogueNames {

    private CatalogueNames() {}

    /** Returns a valid ID of a connector or strategy. */
    static String id(String name) {
        String id = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
        return id.isEmpty() ? "connector" : id.substring(0, Math.min(63, id.length()));
    }

    /** Returns the JSON Pointer of a path such as {@code data.items[0].id}. */
    static String pointer(String path) {
        String dotted = path.replaceAll("\\[['\"]?([^\\]'\"]*)['\"]?\\]", ".$1");
        StringBuilder pointer = new StringBuilder();
        for (String name : dotted.split("\\.", -1)) {
            if (!name.isEmpty()) {
                pointer.append('/').append(name.replace("~", "~0").replace("/", "~1"));
            }
        }
        return pointer.toString();
    }
}
