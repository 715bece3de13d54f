package io.httpconnector.operation;

import io.httpconnector.internal.json.PresetCatalogue;
import java.util.List;

/** The definitions of well-known protocols. */
final class OperationPresets {

    static final PresetCatalogue ALL = new PresetCatalogue(
            OperationPresets.class,
            "operation",
            List.of(
                    "accepted-location",
                    "azure",
                    "google",
                    "microsoft-graph",
                    "salesforce-ingest",
                    "salesforce-query",
                    "shopify-bulk-query"));

    private OperationPresets() {}
}
