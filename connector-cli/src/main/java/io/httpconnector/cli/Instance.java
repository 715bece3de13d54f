package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.webhook.Handshakes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The values, secrets and tokens with which a command uses a connector document: in files, options and the environment. */
final class Instance {

    /** The customer, of whom there is one. */
    static final String TENANT = "local";

    private static final List<String> MEMBERS = List.of("connector", "strategy", "values");

    /** The advice of a problem for a value or a secret that is missing. */
    private static final Pattern MISSING = Pattern.compile("set it by value\\(\"|supply the secret \"");

    private final Terminal terminal;
    private final ConnectorDefinition definition;
    private final InstanceOptions options;

    Instance(Terminal terminal, ConnectorDefinition definition, InstanceOptions options) {
        this.terminal = terminal;
        this.definition = definition;
        this.options = options;
    }

    /**
     * The content of a values file.
     *
     * @param strategy the way to authenticate; null if the file does not say
     */
    record SavedValues(@Nullable String strategy, Map<String, String> values) {}

    ConnectorDefinition definition() {
        return definition;
    }

    Path valuesFile() {
        return options.values == null ? Path.of(definition.id() + ".values.yaml") : options.values;
    }

    Path secretsFile() {
        return options.secrets == null ? Path.of(definition.id() + ".secrets.yaml") : options.secrets;
    }

    Path tokensDirectory() {
        return options.tokens == null ? Path.of(definition.id() + ".tokens") : options.tokens;
    }

    /** Returns the values that are saved; none if there is no file, unless the user has named one. */
    SavedValues saved() {
        if (options.values == null && !Files.exists(terminal.resolve(valuesFile()))) {
            return new SavedValues(null, Map.of());
        }
        return savedOrNone(YamlFiles.readTexts(terminal, valuesFile()));
    }

    private SavedValues savedOrNone(ObjectNode file) {
        file.fieldNames().forEachRemaining(name -> {
            if (!MEMBERS.contains(name)) {
                throw new CommandException(
                        ExitCode.INVALID, valuesFile() + ": \"" + name + "\" is unknown: use " + MEMBERS);
            }
        });
        String connector = file.path("connector").asText(definition.id());
        if (!connector.equals(definition.id())) {
            throw new CommandException(
                    ExitCode.INVALID,
                    valuesFile() + ": the values are those of the connector \"" + connector + "\", not \""
                            + definition.id() + "\"");
        }
        Map<String, String> values = YamlFiles.texts(valuesFile(), file.path("values"));
        Set<String> known = new TreeSet<>();
        definition
                .strategies()
                .forEach(strategy -> definition.inputs(strategy).stream()
                        .map(InputField::name)
                        .forEach(known::add));
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                String nearest = Suggestions.of(name, known);
                throw new CommandException(
                        ExitCode.INVALID,
                        valuesFile() + ": /values/" + name + ": the document has no such input: "
                                + (nearest == null ? "it has " + known : "did you mean \"" + nearest + "\"?"));
            }
        }
        return new SavedValues(
                file.hasNonNull("strategy") ? file.path("strategy").asText() : null, values);
    }

    /** Returns the secrets that are saved; none if there is no file, unless the user has named one. */
    Map<String, String> savedSecrets() {
        Path file = terminal.resolve(secretsFile());
        if (options.secrets == null && !Files.exists(file)) {
            return Map.of();
        }
        Map<String, String> secrets = YamlFiles.texts(secretsFile(), YamlFiles.readTexts(terminal, secretsFile()));
        secrets.values().forEach(terminal.mask()::add);
        if (isReadableByOthers(file)) {
            terminal.note(terminal.styled("fg(yellow)", "warning: ") + "others can read " + secretsFile()
                    + ": run \"chmod 600 " + secretsFile() + "\"");
        }
        return secrets;
    }

    private static boolean isReadableByOthers(Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            return permissions.contains(PosixFilePermission.GROUP_READ)
                    || permissions.contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** Returns the way to authenticate. */
    String strategy(SavedValues saved) {
        String chosen = options.strategy == null ? saved.strategy() : options.strategy;
        return chosen == null ? definition.strategies().get(0) : chosen;
    }

    boolean isStrategyGiven() {
        return options.strategy != null;
    }

    Map<String, String> givenValues() {
        return options.value;
    }

    /** Returns the value of an environment variable for an input or secret; null if there is none. */
    @Nullable String environment(String name) {
        return terminal.environment(variable(name));
    }

    /** Returns the environment variable for an input or secret. Its prefix keeps documents from reading other variables. */
    String variable(String name) {
        return ("CONNECTOR_" + definition.id() + "_" + name)
                .toUpperCase(Locale.ROOT)
                .replaceAll("[^A-Z0-9]", "_");
    }

    /** Returns the values of the inputs that are not secret, with their defaults. */
    Map<String, String> inputs() {
        SavedValues saved = saved();
        String strategy = strategy(saved);
        Map<String, String> values = new LinkedHashMap<>();
        definition.inputs(strategy).stream()
                .filter(field -> !field.isSecret())
                .forEach(field -> field.defaultValue().ifPresent(value -> values.put(field.name(), value)));
        values.putAll(values(strategy, saved.values()));
        return values;
    }

    /** Returns the values that are given: by options, else in the environment, else in the file. */
    private Map<String, String> values(String strategy, Map<String, String> saved) {
        Map<String, String> values = new LinkedHashMap<>();
        for (InputField field : definition.inputs(strategy)) {
            String value = field.isSecret() ? null : environment(field.name());
            if (value == null) {
                value = saved.get(field.name());
            }
            if (value != null) {
                values.put(field.name(), value);
            }
        }
        values.putAll(options.value);
        return values;
    }

    /** Returns a context with the values, secrets and tokens. */
    ConnectorContext.Builder context() {
        SavedValues saved = saved();
        return context(strategy(saved), saved.values(), savedSecrets());
    }

    ConnectorContext.Builder context(String strategy, Map<String, String> saved, Map<String, String> secrets) {
        Map<String, String> known = Map.copyOf(secrets);
        ConnectorContext.Builder context = ConnectorContext.forTenant(TENANT)
                .strategy(strategy)
                .values(values(strategy, saved))
                .secrets(reference -> secret(reference, known))
                .connection(connection -> connection.listener(new ReceivedCredentials(terminal.mask())));
        return type(strategy).startsWith("oauth")
                        || isSecretDelivered()
                        || !definition.subscriptions().isEmpty()
                ? context.tokens(
                        new MaskedTokenStore(TokenStore.file(terminal.resolve(tokensDirectory())), terminal.mask()))
                : context;
    }

    /** Whether the service of a webhook delivers its secret, which the token store keeps. */
    private boolean isSecretDelivered() {
        for (JsonNode webhook : definition.toJson().path("webhooks")) {
            if (!Handshakes.deliveredSecrets(webhook).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** Returns the type of a way to authenticate, such as {@code basic}. */
    String type(String strategy) {
        return definition.toJson().path("auth").path(strategy).path("type").asText();
    }

    private @Nullable Secret secret(SecretSource.SecretReference reference, Map<String, String> saved) {
        String value = environment(reference.name());
        if (value == null) {
            value = saved.get(reference.name());
        }
        if (value == null || value.isEmpty()) {
            return null;
        }
        terminal.mask().add(value);
        return Secret.of(value);
    }

    /**
     * Creates the instance of the connector.
     *
     * @throws CommandException if a value is missing or invalid
     */
    Connector connect(ConnectorContext.Builder context) {
        return connect(definition, context);
    }

    /**
     * Creates the instance of a changed document.
     *
     * @throws CommandException if a value is missing ({@link ExitCode#USAGE}) or invalid ({@link ExitCode#INVALID})
     */
    Connector connect(ConnectorDefinition changed, ConnectorContext.Builder context) {
        try {
            return changed.connect(context.build());
        } catch (InvalidDefinitionException e) {
            boolean isMissing = e.problems().stream()
                    .allMatch(problem -> MISSING.matcher(problem).find());
            throw new CommandException(
                    isMissing ? ExitCode.USAGE : ExitCode.INVALID,
                    forShell(String.valueOf(e.getMessage())) + "\nRun \"connector form\" to enter the values; a secret"
                            + " NAME may also be in the environment variable "
                            + variable("NAME").replaceFirst("NAME$", "") + "NAME",
                    e);
        }
    }

    /** Returns a message for applications with options and variables instead of methods. */
    private String forShell(String message) {
        String options = message.replace(" of tenant \"" + TENANT + "\"", "")
                .replace("supply it by the source of secrets", "use an environment variable, or the secrets file")
                .replaceAll("set it by value\\(\"([^\"]+)\", \\.\\.\\.\\)", "use --value $1=VALUE");
        return Pattern.compile("supply the secret \"([^\"]+)\" by the source of secrets")
                .matcher(options)
                .replaceAll(secret -> "set the environment variable " + variable(secret.group(1)) + " to the secret");
    }

    Connector connect() {
        return connect(context());
    }
}
