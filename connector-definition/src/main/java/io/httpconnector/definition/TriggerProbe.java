package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.PillFilter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Validates the definitions of polling triggers by building them, which sends nothing, and writes them without defaults. */
final class TriggerProbe {

    /** What a trigger without settings writes. */
    private static final ObjectNode DEFAULTS = PollingTrigger.named("defaults").toJson();

    private final Map<String, PillFilter> filters;
    private final ConnectorComponents components;
    private final Map<String, String> samples;

    /**
     * Creates a probe.
     *
     * @param components the registered components
     * @param samples sample values of the inputs
     */
    TriggerProbe(Map<String, PillFilter> filters, ConnectorComponents components, Map<String, String> samples) {
        this.filters = filters;
        this.components = components;
        this.samples = samples;
    }

    /**
     * Validates a trigger.
     *
     * @param code the members that are code
     * @param operation the operation that each poll runs; null if the request lists the records
     * @return the definition without defaults
     * @throws InvalidDefinitionException if it is invalid; reports all problems
     */
    ObjectNode canonical(JsonNode json, CodeMembers code, @Nullable DefinedOperation operation) {
        TriggerTimes times = TriggerTimes.of(json);
        return times.isEmpty()
                ? canonicalFixed(json, code, operation)
                : times.restoreIn(canonicalFixed(times.withSamples((ObjectNode) json), code, operation));
    }

    private ObjectNode canonicalFixed(JsonNode json, CodeMembers code, @Nullable DefinedOperation operation) {
        try (HttpConnection connection = HttpConnection.named("probe")
                        .baseUrl("https://localhost")
                        .build();
                StateStore store = StateStore.inMemory()) {
            PollingTriggerBuilder builder = PollingTrigger.named("probe")
                    .connection(connection)
                    .store(store)
                    .handler(event -> {})
                    .definition(json, filters);
            code.apply(builder, components, json.toString().contains("{{cursor"));
            if (operation != null) {
                operation.addTo(builder, json.path("request"), filters);
            }
            if (!samples.isEmpty()) {
                builder.pill(InputText.STEP, samples);
            }
            builder.build().close();
            ObjectNode written =
                    PollingTrigger.named("probe").definition(json, filters).toJson();
            return CanonicalJson.without(DEFAULTS, written);
        }
    }
}
