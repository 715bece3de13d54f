package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.wizard.RecommendationSource;
import io.httpconnector.wizard.RecommendationSources;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The formats from which documents are imported. The names are those that a user types. */
enum ImportFormat {
    OPENAPI("--operation"),
    POSTMAN("--item"),
    HAR("--item"),
    CURL("--item"),
    NANGO("--provider"),
    AIRBYTE("");

    private final String selector;

    ImportFormat(String selector) {
        this.selector = selector;
    }

    /** Returns the option that selects a part of the file; empty if there is none. */
    String selector() {
        return selector;
    }

    /** Whether it describes connectors, with authentication, instead of requests. */
    boolean isCatalogue() {
        return this == NANGO || this == AIRBYTE;
    }

    /** Whether the text is JSON or YAML. */
    boolean isTree() {
        return this != CURL;
    }

    /**
     * Reads the requests of a text, or of its tree.
     *
     * @param directory the directory of the file, in which other files may be read; null for none
     */
    RecommendationSource read(String text, JsonNode tree, @Nullable Path directory) {
        return switch (this) {
            case OPENAPI ->
                directory == null
                        ? RecommendationSources.openApi(tree.toString())
                        : RecommendationSources.openApi(tree.toString(), directory);
            case POSTMAN -> RecommendationSources.postman(tree.toString());
            case HAR -> RecommendationSources.har(tree.toString());
            case CURL -> RecommendationSources.curl(text);
            case NANGO, AIRBYTE -> throw new IllegalStateException("it has no requests");
        };
    }
}
