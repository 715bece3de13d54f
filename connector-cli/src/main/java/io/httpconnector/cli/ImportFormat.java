package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.wizard.RecommendationSource;
import io.httpconnector.wizard.RecommendationSources;

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

    /** Reads the requests of a text, or of its tree. */
    RecommendationSource read(String text, JsonNode tree) {
        return switch (this) {
            case OPENAPI -> RecommendationSources.openApi(tree.toString());
            case POSTMAN -> RecommendationSources.postman(tree.toString());
            case HAR -> RecommendationSources.har(tree.toString());
            case CURL -> RecommendationSources.curl(text);
            case NANGO, AIRBYTE -> throw new IllegalStateException("it has no requests");
        };
    }
}
