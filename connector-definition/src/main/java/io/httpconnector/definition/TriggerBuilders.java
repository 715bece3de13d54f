package io.httpconnector.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.definition.ConnectorReader.Parts;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.state.StateStore;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.stream.StreamTriggerBuilder;
import io.httpconnector.trigger.EventHandler;
import java.time.Instant;
import java.util.List;

/** Creates builders for the triggers of a connector. Immutable. */
record TriggerBuilders(
        Parts parts,
        ConnectorContext context,
        HttpConnection connection,
        InputValues values,
        ReceivedValues received,
        ConnectorComponents components,
        OptionalInputs empty) {

    private Instant now() {
        return (context.timeSource == null ? TimeSource.SYSTEM : context.timeSource).now();
    }

    /** Returns the id of the state of a trigger or of the operation of a request. */
    String id(String name) {
        return context.tenant + "/" + parts.id() + "/" + name;
    }

    private StateStore store(String name) {
        if (context.state == null) {
            throw invalid(name + ": the trigger needs a store: set it by state(...) of the context");
        }
        return context.state;
    }

    private InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException(
                "connector " + parts.id() + " of tenant \"" + context.tenant + "\"", List.of(problem));
    }

    /** Returns a builder for a trigger that polls. */
    PollingTriggerBuilder polling(String name, DefinedTrigger trigger, EventHandler handler) {
        if (trigger.stream() != null) {
            throw invalid(
                    name + ": it receives a stream and does not poll: set its handler by on(\"" + name + "\", ...)");
        }
        StateStore store = store(name);
        ObjectNode settings = TriggerTimes.render(empty.inTrigger(trigger.forBuilder()), values, now());
        PollingTriggerBuilder builder = PollingTrigger.named(id(name))
                .connection(connection)
                .store(store)
                .handler(handler)
                .definition(settings, components.filters());
        DefinedOperation operation = trigger.operation();
        if (operation != null) {
            operation.addTo(builder, settings.path("request"), components.filters());
        }
        trigger.code().apply(builder, components, true);
        if (trigger.hybrid() != null) {
            trigger.hybrid().addTo(builder);
        }
        if (received.areUsedBy(trigger.toJson())) {
            builder.pillFrom(InputText.STEP, received.with(values.texts(), connection));
        } else if (!values.texts().isEmpty()) {
            builder.pill(InputText.STEP, values.texts());
        }
        if (context.engine != null) {
            builder.engine(context.engine);
        }
        context.triggers.accept(builder);
        return builder;
    }

    /** Returns a builder for a trigger that receives a stream. */
    StreamTriggerBuilder stream(String name, DefinedStream stream, DefinedTrigger trigger, EventHandler handler) {
        ObjectNode settings =
                empty.inTrigger(stream.forBuilder(trigger.forBuilder().path("request")));
        StreamTriggerBuilder builder = StreamTrigger.named(id(name))
                .connection(connection)
                .store(store(name))
                .handler(handler)
                .definition(settings, components.filters());
        if (received.areUsedBy(trigger.toJson())) {
            builder.pillFrom(InputText.STEP, received.with(values.texts(), connection));
        } else if (!values.texts().isEmpty()) {
            builder.pill(InputText.STEP, values.texts());
        }
        context.streams.accept(builder);
        return builder;
    }
}
