package io.httpconnector.webhook.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.RequestTemplate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Checks the pills of the requests of a subscription. Not thread-safe. */
final class SubscriptionPills {

    private static final Set<String> WEBHOOK =
            Set.of("name", "url", "secret", "events", "id", "expiry", "lifetimeSeconds");

    /** The requests that are sent before a subscription has an id. */
    private static final Set<String> BEFORE = Set.of("prepare", "create");

    private final JsonNode parameters;
    /** The first use of each parameter. */
    private final Map<String, Use> usedParameters = new LinkedHashMap<>();
    /** The uses of values of the subscription, which are checked when these are known. */
    private final List<Use> uses = new ArrayList<>();

    /** A pill in a request. */
    private record Use(JsonObjectReader reader, String member, String path, String name) {}

    /**
     * Creates a check.
     *
     * @param parameters the parameters, including the names of those that are secrets
     */
    SubscriptionPills(JsonNode parameters) {
        this.parameters = parameters;
    }

    /** Reads a template, whose pills must be known. */
    @Nullable RequestTemplate template(JsonObjectReader reader, String name) {
        RequestTemplate template = reader.document(name, RequestTemplate::fromJson);
        if (template != null) {
            for (PillInfo pill : template.pills()) {
                check(reader, name, pill.path());
            }
        }
        return template;
    }

    private void check(JsonObjectReader reader, String member, String path) {
        String[] segments = path.split("[.\\[]", 3);
        String step = segments[0];
        String second = segments.length < 2 ? "" : segments[1];
        if (!SubscriptionDefinition.STEPS.contains(step)) {
            String nearest = Suggestions.of(step, SubscriptionDefinition.STEPS);
            reader.problem(
                    member,
                    "the pill {{" + path + "}} is unknown: "
                            + (nearest == null
                                    ? "use webhook, subscription or parameters"
                                    : "did you mean {{" + nearest + path.substring(step.length()) + "}}?"));
        } else if (step.equals(SubscriptionDefinition.PARAMETERS)) {
            usedParameters.putIfAbsent(second, new Use(reader, member, path, second));
        } else if (step.equals(SubscriptionDefinition.SUBSCRIPTION)) {
            uses.add(new Use(reader, member, path, second));
        } else if (step.equals(SubscriptionDefinition.WEBHOOK) && !WEBHOOK.contains(second)) {
            reader.problem(member, unknown(path, step, second, WEBHOOK));
        }
    }

    private static String unknown(String path, String step, String name, Set<String> known) {
        String nearest = Suggestions.of(name, known);
        return "the pill {{" + path + "}} is unknown"
                + (nearest == null
                        ? ": use one of " + new TreeSet<>(known)
                        : ": did you mean {{" + step + "." + nearest + "}}?");
    }

    /**
     * Reports missing parameters, each once, and unknown values of the subscription.
     *
     * @param values the names of the values of the response to create
     */
    void report(Set<String> values) {
        Set<String> unused = new LinkedHashSet<>();
        parameters.fieldNames().forEachRemaining(unused::add);
        unused.removeAll(usedParameters.keySet());
        for (Use use : usedParameters.values()) {
            String parameter = use.name();
            if (!parameters.has(parameter)) {
                String nearest = Suggestions.of(parameter, unused);
                use.reader()
                        .problem(
                                use.member(),
                                "the parameter \"" + parameter + "\" is missing: set it by parameter(\"" + parameter
                                        + "\", ...), secretParameter(\"" + parameter
                                        + "\", ...) or in the member parameters"
                                        + (nearest == null
                                                ? ""
                                                : ", in place of \"" + nearest + "\", which is not used"));
            }
        }
        Set<String> known = new TreeSet<>(values);
        known.add("id");
        for (Use use : uses) {
            if (BEFORE.contains(use.member())) {
                use.reader()
                        .problem(
                                use.member(),
                                "the pill {{" + use.path()
                                        + "}} is unknown before the subscription exists: {{webhook.id}} is a new id");
            } else if (!known.contains(use.name())) {
                use.reader()
                        .problem(
                                use.member(),
                                unknown(use.path(), SubscriptionDefinition.SUBSCRIPTION, use.name(), known));
            }
        }
    }
}
