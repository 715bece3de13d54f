package io.httpconnector.definition;

import io.httpconnector.HttpConnection;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.definition.AuthMethod;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.auth.definition.InputNaming;
import io.httpconnector.definition.ConnectorComponents.ComponentKind;
import io.httpconnector.definition.ConnectorReader.Parts;
import io.httpconnector.definition.SecretSource.SecretReference;
import io.httpconnector.internal.json.Suggestions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Creates instances of connectors. */
final class ConnectorFactory {

    private final Parts parts;
    private final ConnectorContext context;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, InputField> inputs = new HashMap<>();
    private final InputNaming naming;

    private ConnectorFactory(Parts parts, ConnectorContext context) {
        this.parts = parts;
        this.context = context;
        this.naming = context.naming == null ? ContextNaming.IN_CODE : context.naming;
    }

    static Connector create(Parts parts, ConnectorComponents known, ConnectorContext context) {
        return new ConnectorFactory(parts, context).create(known);
    }

    private Connector create(ConnectorComponents known) {
        String strategy = context.strategy == null ? parts.auth().strategies().get(0) : context.strategy;
        AuthMethod method = parts.auth().choose(strategy).naming(naming);
        parts.auth().fields(strategy).forEach(input -> inputs.put(input.name(), input));
        Map<String, Secret> secrets = new HashMap<>();
        enter(method, secrets);
        ConnectorComponents components = known.and(context.components);
        parts.components().forEach((kind, names) -> check(kind, names, components.names(kind)));
        if (context.tokens != null) {
            method.tokenStore(context.tokens, context.tenant + "/" + parts.id());
        }
        if (context.redirectUri != null) {
            method.redirectUri(context.redirectUri);
        }
        if (context.timeSource != null) {
            method.timeSource(context.timeSource);
        }
        HttpConnectionBuilder builder = connection(method);
        requireInputs(strategy, method, secrets.keySet());
        if (builder == null || !problems.isEmpty()) {
            throw new InvalidDefinitionException(
                    "connector " + parts.id() + " of tenant \"" + context.tenant + "\"", problems);
        }
        InputValues values = new InputValues(method.texts(), secrets);
        ReceivedValues received = new ReceivedValues(parts.auth().receivedValues(strategy));
        parts.connection().apply(builder, values, received, components.interceptors());
        if (received.areUsedBy(parts.connection())) {
            builder.auth(received.additions(parts.connection(), values, method.build()));
        }
        if (context.timeSource != null) {
            builder.timeSource(context.timeSource);
        }
        context.connection.accept(builder);
        HttpConnection connection = builder.build();
        Connector connector =
                new Connector(parts, context, connection, values, received, components, leftEmpty(values, received));
        try {
            connector.handleByComponents();
            return connector;
        } catch (RuntimeException e) {
            connector.close();
            throw e;
        }
    }

    /** Reports the values that are missing, unless the connection has reported them already. */
    private void requireInputs(String strategy, AuthMethod method, Set<String> secrets) {
        Set<String> delivered = new HashSet<>(parts.auth().receivedValues(strategy));
        parts.webhooks().values().forEach(webhook -> delivered.addAll(webhook.delivered()));
        Map<String, String> texts;
        try {
            texts = method.texts();
        } catch (InvalidDefinitionException e) {
            // The connection has the same problems.
            return;
        }
        List<String> known = List.copyOf(problems);
        new RequiredInputs(parts.auth().declaredFields(strategy), delivered, naming)
                .problems(texts, secrets).stream()
                        .sorted()
                        .filter(problem -> known.stream().noneMatch(other -> other.contains(advice(problem))))
                        .forEach(problems::add);
    }

    private OptionalInputs leftEmpty(InputValues values, ReceivedValues received) {
        Set<String> names = new HashSet<>(inputs.keySet());
        names.removeAll(values.texts().keySet());
        names.removeAll(values.secrets().keySet());
        names.removeAll(received.names());
        return new OptionalInputs(names);
    }

    /** Returns the advice of a problem, which names the input. */
    private static String advice(String problem) {
        return problem.substring(problem.lastIndexOf(": ") + 2);
    }

    /** Enters the values and references of the customer. */
    private void enter(AuthMethod method, Map<String, Secret> secrets) {
        context.values.forEach((name, value) -> {
            InputField input = inputs.get(name);
            if (input == null) {
                String nearest = Suggestions.of(name, inputs.keySet());
                problems.add(naming.name(name, false) + ": there is no such input"
                        + (nearest == null
                                ? ": use one of " + inputs.keySet()
                                : ": did you mean \"" + nearest + "\"?"));
            } else if (input.isSecret()) {
                problems.add(naming.name(name, false) + ": it is a secret: "
                        + (context.naming == null ? "supply it by the source of secrets" : naming.advice(name, true)));
            } else if (!value.isEmpty() || input.defaultValue().isEmpty()) {
                // A field that is left empty has its default.
                method.value(name, value);
            }
        });
        inputs.forEach((name, input) -> {
            Secret secret = input.isSecret() ? find(name) : null;
            if (secret != null) {
                secrets.put(name, secret);
                method.value(name, secret);
            }
        });
    }

    private @Nullable Secret find(String name) {
        return context.secrets.find(new SecretReference(context.tenant, parts.id(), name));
    }

    private void check(ComponentKind kind, Set<String> used, Set<String> registered) {
        for (String name : used) {
            if (!registered.contains(name)) {
                String nearest = Suggestions.of(name, registered);
                problems.add("/components/" + kind.member() + ": \"" + name + "\" is not registered: "
                        + (nearest == null ? "add it to the components" : "did you mean \"" + nearest + "\"?"));
            }
        }
    }

    private @Nullable HttpConnectionBuilder connection(AuthMethod method) {
        try {
            return method.connection();
        } catch (InvalidDefinitionException e) {
            problems.addAll(e.problems());
            return null;
        }
    }
}
