package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.template.PillCatalogue;
import io.httpconnector.wizard.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Captures the next events of a receiver as samples, so that pills can be offered before a job runs. Events are still handled as
 * usual. Thread-safe.
 *
 * <pre>{@code
 * try (EventCapture capture = leads.capture(5)) {
 *     ...                                          // the service sends a few events
 *     PillCatalogue pills = capture.catalogue("lead");
 * }
 * }</pre>
 */
public final class EventCapture implements AutoCloseable {

    private final int max;
    private final Consumer<EventCapture> onClose;
    private final List<JsonNode> samples = new ArrayList<>();

    EventCapture(int max, Consumer<EventCapture> onClose) {
        this.max = max;
        this.onClose = onClose;
    }

    void record(WebhookEvent event) {
        synchronized (samples) {
            if (samples.size() < max) {
                samples.add(Samples.redact(ResponseFactory.tree(event)));
            }
        }
    }

    /**
     * Returns the events captured so far.
     *
     * @return each with {@code id}, {@code type}, {@code key}, {@code time}, {@code payload}, {@code headers} and {@code query};
     *     values that are likely to be secret are masked
     */
    public List<JsonNode> samples() {
        synchronized (samples) {
            return List.copyOf(samples);
        }
    }

    /**
     * Returns the schema that the events have in common.
     *
     * @return a JSON Schema (2020-12) of the samples; one that allows anything if there are none
     */
    public ObjectNode schema() {
        return Samples.inferSchema(samples());
    }

    /**
     * Returns the pills that later steps can use.
     *
     * @param step the name of the event in later steps, such as {@code lead}: pills look like {@code lead.payload.email}
     * @return a catalogue for {@link io.httpconnector.template.RequestTemplate#check}
     */
    public PillCatalogue catalogue(String step) {
        return PillCatalogue.of(step, schema());
    }

    /** Stops capturing samples. */
    @Override
    public void close() {
        onClose.accept(this);
    }
}
