package io.httpconnector.cli;

import io.httpconnector.auth.definition.InputField;
import io.httpconnector.auth.definition.InputType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Asks for the inputs of a connector one by one, and validates each entry. Not thread-safe. */
final class FormDialog {

    /** What to enter for types that are not obvious. */
    private static final Map<InputType, String> TYPES =
            Map.of(InputType.BOOLEAN, "true or false", InputType.DATE, "YYYY-MM-DD");

    private final Terminal terminal;
    private final Instance instance;
    private final Map<String, String> savedValues;
    private final Map<String, String> savedSecrets;
    private final boolean isSilent;
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, String> secrets = new LinkedHashMap<>();

    /**
     * Creates a dialog.
     *
     * @param isSilent whether nothing is asked for, and an input without value is an error
     */
    FormDialog(
            Terminal terminal,
            Instance instance,
            Map<String, String> savedValues,
            Map<String, String> savedSecrets,
            boolean isSilent) {
        this.terminal = terminal;
        this.instance = instance;
        this.savedValues = savedValues;
        this.savedSecrets = savedSecrets;
        this.isSilent = isSilent;
    }

    /** Returns the values that were entered. */
    Map<String, String> values() {
        return values;
    }

    /** Returns the secrets that were entered. */
    Map<String, String> secrets() {
        return secrets;
    }

    /** Asks for the way to authenticate, if there are several. */
    String strategy(String preferred, boolean isGiven) {
        List<String> all = instance.definition().strategies();
        if (isGiven || isSilent || all.size() == 1) {
            return preferred;
        }
        while (true) {
            String entered = terminal.readLine("Authentication (" + String.join(", ", all) + ") [" + preferred + "]: ");
            if (entered == null || entered.isBlank()) {
                return preferred;
            }
            if (all.contains(entered.strip())) {
                return entered.strip();
            }
            terminal.note("  use one of " + String.join(", ", all));
        }
    }

    /** Asks for all inputs, and for the secrets of webhooks. */
    void enter(String strategy) {
        List<InputField> fields = instance.definition().inputs(strategy);
        fields.forEach(this::enter);
        TreeSet<String> others = new TreeSet<>(instance.definition().secrets(strategy));
        fields.forEach(field -> others.remove(field.name()));
        others.forEach(this::enterWebhookSecret);
    }

    private void enter(InputField field) {
        InputField.FieldCondition condition = field.condition().orElse(null);
        if (condition != null
                && !condition.values().contains(values.getOrDefault(condition.field(), defaultOf(condition.field())))) {
            return;
        }
        String given = instance.givenValues().get(field.name());
        if (given != null && !field.isSecret()) {
            check(field, given, "--value " + field.name());
            values.put(field.name(), given);
            return;
        }
        String fromEnvironment = instance.environment(field.name());
        if (fromEnvironment != null) {
            check(field, fromEnvironment, instance.variable(field.name()));
            terminal.note(PrintableText.line(field.label()) + ": from " + instance.variable(field.name()));
            if (!field.isSecret()) {
                values.put(field.name(), fromEnvironment);
            }
            return;
        }
        String entered = isSilent ? withoutAsking(field) : asked(field);
        if (entered != null) {
            (field.isSecret() ? secrets : values).put(field.name(), entered);
        }
    }

    private String defaultOf(String field) {
        return instance.definition().strategies().stream()
                .flatMap(strategy -> instance.definition().inputs(strategy).stream())
                .filter(input -> input.name().equals(field))
                .flatMap(input -> input.defaultValue().stream())
                .findFirst()
                .orElse("");
    }

    /** Rejects a value that was not typed, without quoting it. */
    private static void check(InputField field, String value, String source) {
        String problem = problem(field, value);
        if (problem != null) {
            throw new CommandException(ExitCode.INVALID, source + ": " + problem);
        }
    }

    private @Nullable String withoutAsking(InputField field) {
        String saved = saved(field);
        if (saved == null && field.defaultValue().isEmpty() && !field.isOptional()) {
            throw missing(field.name(), field.isSecret());
        }
        return saved;
    }

    private @Nullable String saved(InputField field) {
        return (field.isSecret() ? savedSecrets : savedValues).get(field.name());
    }

    private CommandException missing(String name, boolean isSecret) {
        return new CommandException(
                ExitCode.USAGE,
                name + ": a value is required: "
                        + (isSecret
                                ? "set the environment variable " + instance.variable(name)
                                : "use --value " + name + "=VALUE"));
    }

    /** Asks until the entry is valid. Returns null for an optional input without value. */
    private @Nullable String asked(InputField field) {
        String saved = saved(field);
        field.hint().ifPresent(hint -> terminal.note("  " + PrintableText.line(hint)));
        while (true) {
            String line = field.isSecret()
                    ? terminal.readSecret(prompt(field, saved))
                    : terminal.readLine(prompt(field, saved));
            String entered = line == null ? "" : line.strip();
            if (entered.isEmpty()) {
                if (saved != null) {
                    return saved;
                }
                if (field.defaultValue().isPresent() || field.isOptional()) {
                    // The document has the default.
                    return null;
                }
                if (line == null) {
                    throw missing(field.name(), field.isSecret());
                }
                terminal.note("  a value is required");
                continue;
            }
            String problem = problem(field, entered);
            if (problem == null) {
                return entered;
            }
            if (line == null) {
                throw missing(field.name(), field.isSecret());
            }
            terminal.note("  " + problem);
        }
    }

    private static String prompt(InputField field, @Nullable String saved) {
        List<String> notes = new ArrayList<>();
        if (!field.choices().isEmpty()) {
            notes.add(String.join(", ", field.choices()));
        }
        String format = field.choices().isEmpty() ? TYPES.get(field.type()) : null;
        if (format != null) {
            notes.add(format);
        }
        if (field.prefix().isPresent() || field.suffix().isPresent()) {
            notes.add(field.prefix().orElse("") + "..." + field.suffix().orElse(""));
        }
        field.example().ifPresent(example -> notes.add("such as " + example));
        if (field.isOptional()) {
            notes.add("optional");
        }
        String offered = saved == null ? field.defaultValue().orElse("") : field.isSecret() ? "unchanged" : saved;
        return PrintableText.line(field.label() + (notes.isEmpty() ? "" : " (" + String.join("; ", notes) + ")")
                + (offered.isEmpty() ? "" : " [" + offered + "]") + ": ");
    }

    /** Returns why a value is invalid, without the value; null if it is valid. */
    private static @Nullable String problem(InputField field, String value) {
        return field.problem(value)
                .map(problem ->
                        field.choices().isEmpty() ? problem : "use one of " + String.join(", ", field.choices()))
                .orElse(null);
    }

    private void enterWebhookSecret(String name) {
        if (isSilent || instance.environment(name) != null) {
            return;
        }
        boolean isSaved = savedSecrets.containsKey(name);
        String line = terminal.readSecret(
                "Secret \"" + name + "\" of a webhook (optional)" + (isSaved ? " [unchanged]" : "") + ": ");
        if (line != null && !line.isBlank()) {
            secrets.put(name, line.strip());
        }
    }

    /** Returns whether a user must consent before requests can be sent. */
    boolean needsConsent(String strategy) {
        return List.of("oauth2-authorization-code", "oauth2-device-code").contains(instance.type(strategy))
                || instance.definition().toJson().path("auth").path(strategy).has("requestTokenUrl");
    }
}
