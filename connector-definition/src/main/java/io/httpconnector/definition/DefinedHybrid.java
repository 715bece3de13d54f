package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.PushSettings;
import io.httpconnector.template.PillFilter;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.hybrid.WebhookPayload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The webhook of a polling trigger in a connector document, which pushes the same records. Immutable.
 *
 * @param webhook the name of the webhook
 * @param payload the definition of the payload, whose request is a template
 * @param fetch the name of the request that completes records; empty if there is none, or it is a part of the payload
 * @param accepts whether the definition of the trigger has settings for pushes
 */
record DefinedHybrid(String webhook, ObjectNode payload, String fetch, boolean accepts) {

    /** The steps of pills in requests that complete records. */
    private static final String RECORD = "record";

    private static final Set<String> STEPS = Set.of("event", RECORD, InputText.STEP);

    private static final String FETCH = "fetch";

    /** The arguments of methods, whose names are those of members. */
    private static final Pattern METHOD = Pattern.compile("\\((\\.\\.\\.)?\\)");

    /**
     * The parts of a document to which the webhook of a trigger refers.
     *
     * @param requests the requests as JSON
     * @param valid the names of those without problems
     * @param filters the filters of templates
     * @param defaults adds the defaults of the document to a request of the payload
     */
    record Source(
            JsonNode requests, Set<String> valid, Map<String, PillFilter> filters, UnaryOperator<JsonNode> defaults) {}

    /**
     * Reads the webhook of a trigger. Whether the webhook exists is checked later.
     *
     * @param trigger the definition of the trigger
     * @param title the name of a request without one in logs
     */
    static @Nullable DefinedHybrid read(JsonObjectReader reader, JsonNode trigger, Source source, String title) {
        String webhook = reader.requiredText("webhook");
        reader.require("payload");
        String[] named = {""};
        ObjectNode payload = reader.document("payload", given -> payload(given, trigger, source, title, named));
        return webhook == null || payload == null
                ? null
                : new DefinedHybrid(webhook, payload, named[0], trigger.has("push"));
    }

    private static ObjectNode payload(JsonNode given, JsonNode trigger, Source source, String title, String[] named) {
        ObjectNode resolved = given.deepCopy();
        JsonNode fetch = given.path(FETCH);
        if (fetch.isTextual()) {
            named[0] = fetch.textValue();
            JsonNode request = source.requests().path(named[0]);
            if (!request.isObject()) {
                throw new InvalidDefinitionException(
                        "payload", "/" + FETCH + ": " + DefinedTrigger.unknown(named[0], source.requests()));
            }
            if (!source.valid().contains(named[0])) {
                // Its problems are reported already.
                resolved.remove(List.of(FETCH, "fetchedAt", "notFoundIsDeleted"));
                return WebhookPayload.fromJson(resolved, source.filters()).toJson();
            }
            resolved.set(
                    FETCH,
                    DefinedRequest.template(named[0], request.path("title").textValue(), request));
        } else if (fetch.isObject()) {
            resolved.set(
                    FETCH,
                    DefinedRequest.template(
                            title,
                            fetch.path("title").textValue(),
                            source.defaults().apply(fetch)));
        }
        WebhookPayload payload = WebhookPayload.fromJson(resolved, source.filters());
        List<String> problems = new ArrayList<>();
        payload.conflicts(trigger)
                .forEach(problem -> problems.add(METHOD.matcher(problem).replaceAll("")));
        if (payload.isNudge() && trigger.has("push")) {
            problems.add("it contains no record, so the trigger has no push: remove push of the trigger, or nudge");
        }
        if (!payload.isNudge() && trigger.has("parents")) {
            problems.add("a record in it does not show to which parent it belongs: use nudge: true");
        }
        if (fetch.isContainerNode() || fetch.isTextual()) {
            checkSteps(RequestTemplate.fromJson(resolved.path(FETCH), source.filters()), !named[0].isEmpty(), problems);
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("payload", problems);
        }
        return payload.toJson();
    }

    /** Checks that the values of a request are known. A request of the document has the record as its only step. */
    private static void checkSteps(RequestTemplate template, boolean isNamed, List<String> problems) {
        Set<String> others = otherSteps(template);
        if (isNamed && others.size() > 1) {
            problems.add("/" + FETCH + ": the request needs the values of " + others
                    + ", but only the record of the webhook is known: use a request with {{record...}}");
        } else if (!isNamed) {
            others.forEach(step -> {
                String nearest = Suggestions.of(step, STEPS);
                problems.add("/" + FETCH + ": there is no value {{" + step + "}}"
                        + (nearest == null
                                ? ": use {{record...}} or {{event...}}"
                                : ": did you mean {{" + nearest + "}}?"));
            });
        }
    }

    private static Set<String> otherSteps(RequestTemplate template) {
        Set<String> steps = new TreeSet<>();
        for (PillInfo pill : template.pills()) {
            steps.add(pill.path().split("[.\\[]", 2)[0]);
        }
        steps.removeAll(STEPS);
        return steps;
    }

    /** Returns the names of the values in the request that are the record. */
    static Set<String> recordSteps(JsonNode template, Map<String, PillFilter> filters) {
        return template.isMissingNode() ? Set.of() : otherSteps(RequestTemplate.fromJson(template, filters));
    }

    /** Returns the request that completes records; missing if there is none. */
    JsonNode template() {
        return payload.path(FETCH);
    }

    /** Returns the payload as it is given to a trigger, whose request omits what needs an empty input. */
    WebhookPayload payload(OptionalInputs empty, Map<String, PillFilter> filters) {
        ObjectNode complete = payload.deepCopy();
        if (complete.path(FETCH) instanceof ObjectNode template && empty.areUsedBy(template)) {
            complete.set(FETCH, empty.inRequest(template));
        }
        return WebhookPayload.fromJson(complete, filters);
    }

    /** Whether the webhook only requests polls. */
    boolean isNudge() {
        return payload.has("nudge");
    }

    /** Lets a trigger accept the records of the webhook. */
    void addTo(PollingTriggerBuilder trigger) {
        if (!isNudge() && !accepts) {
            trigger.acceptPushes(PushSettings.defaults());
        }
    }

    /**
     * Returns the definition as JSON.
     *
     * @param title the name of a request without one in logs
     */
    ObjectNode toJson(String title) {
        ObjectNode written = payload.deepCopy();
        if (!fetch.isEmpty()) {
            written.put(FETCH, fetch);
        } else if (written.path(FETCH) instanceof ObjectNode template
                && template.path("name").asText().equals(title)) {
            template.remove("name");
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("webhook", webhook);
        return json.set("payload", written);
    }
}
