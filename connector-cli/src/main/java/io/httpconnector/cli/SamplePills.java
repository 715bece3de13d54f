package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.cli.SampleValues.SampleValue;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.wizard.RequestReview;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The pills of the new request: those that it has already, with their values for the sample, and those that replace values of the
 * sample, which is the third step of the wizard. Not thread-safe.
 */
final class SamplePills {

    /** The step of values that are credentials. */
    private static final String CREDENTIALS = "connection.";

    private static final String INPUTS = "auth";

    private final Dialog dialog;
    private final Map<String, String> given;
    private final Map<String, String> inputs;

    /** The values for the sample, as arguments of {@code --pill}. */
    private final Map<String, String> used = new LinkedHashMap<>();

    /** The arguments of pills that replaced a value. */
    private final Map<SampleValue, String> replaced = new HashMap<>();

    /**
     * @param given the options: the values by pill, or by pill and colon in JSON
     * @param inputs the values of the customer
     */
    SamplePills(Dialog dialog, Map<String, String> given, Map<String, String> inputs) {
        this.dialog = dialog;
        this.given = given;
        this.inputs = inputs;
    }

    /**
     * Returns the values of the pills that a request has, and asks for those that are missing.
     *
     * @throws CommandException if nothing may be asked for
     */
    Pills valuesOf(ObjectNode definition) {
        List<String> paths = paths(definition, false);
        given.forEach((argument, value) -> {
            if (paths.stream().anyMatch(path -> isPartOf(path, name(argument)))) {
                used.put(argument, value);
            }
        });
        for (String path : paths(definition, true)) {
            boolean isKnown = used.keySet().stream().anyMatch(argument -> isPartOf(path, name(argument)));
            if (!isKnown && !path.startsWith(INPUTS + ".")) {
                String list = path.replaceFirst("\\[.*", "");
                String question = "Value of {{" + list + "}} for the sample" + (path.equals(list) ? "" : ", in JSON");
                String option = "--pill " + list + "=VALUE";
                String value = path.startsWith(CREDENTIALS)
                        ? dialog.requireSecret(question, option)
                        : dialog.require(question, option);
                used.put(path.equals(list) ? list : list + ":", value);
            }
        }
        return PillArguments.pills(JsonNodeFactory.instance.objectNode(), used).and(INPUTS, inputs);
    }

    private static List<String> paths(ObjectNode definition, boolean requiredOnly) {
        ObjectNode named = definition.deepCopy().put("name", "Sample");
        return RequestTemplate.fromJson(named).pills().stream()
                .filter(pill -> pill.required() || !requiredOnly)
                .map(PillInfo::path)
                .distinct()
                .toList();
    }

    private static boolean isPartOf(String path, String name) {
        return path.equals(name) || path.startsWith(name + ".") || path.startsWith(name + "[");
    }

    /** Returns the path of a pill without the colon of JSON, and without filters. */
    private static String name(String argument) {
        return argument.replaceFirst(":$", "").replaceFirst("\\s*\\|.*$", "").strip();
    }

    /**
     * Replaces values of an accepted sample by pills: those of the options, then those that the user chooses.
     *
     * @throws CommandException if the sample does not have a value of an option
     */
    RequestReview replace(RequestReview review, ObjectNode definition) {
        List<SampleValue> values = new ArrayList<>(SampleValues.of(definition));
        RequestReview changed = review;
        for (Map.Entry<String, String> one : given.entrySet()) {
            if (!used.containsKey(one.getKey())) {
                changed = replaceValue(changed, one.getKey(), one.getValue(), values);
            }
        }
        return dialog.isSilent() || values.isEmpty() ? changed : replaceChosen(changed, values);
    }

    private RequestReview replaceValue(RequestReview review, String argument, String text, List<SampleValue> values) {
        boolean isJson = argument.endsWith(":");
        String pill = isJson ? argument.substring(0, argument.length() - 1) : argument;
        List<SampleValue> found = values.stream()
                .filter(value -> isJson
                        ? value.value().equals(json(pill, text))
                        : value.value().asText().equals(text))
                .toList();
        if (found.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--pill " + pill + ": the request has neither this pill nor a value \"" + text + "\"");
        }
        RequestReview changed = review;
        for (SampleValue value : found) {
            changed = value.replacement().apply(changed, pill);
        }
        remember(pill, found.get(0));
        values.removeAll(found);
        return changed;
    }

    private static JsonNode json(String pill, String text) {
        try {
            return JsonSupport.parse(text);
        } catch (InvalidDefinitionException e) {
            throw new CommandException(ExitCode.USAGE, "--pill " + pill + ":=...: the value is not JSON");
        }
    }

    private void remember(String pill, SampleValue value) {
        String former = replaced.remove(value);
        if (former != null) {
            used.remove(former);
        }
        if (!pill.contains("{{")) {
            String argument = name(pill) + (value.value().isTextual() ? "" : ":");
            used.put(argument, value.value().asText());
            replaced.put(value, argument);
        }
    }

    private RequestReview replaceChosen(RequestReview review, List<SampleValue> values) {
        dialog.note("The values of the sample; those that differ in each job become pills:");
        for (int i = 0; i < values.size(); i++) {
            dialog.note("  " + (i + 1) + "  " + values.get(i).location() + " = "
                    + values.get(i).value());
        }
        RequestReview changed = review;
        String prompt = "Number and pill, such as \"1 order.id\" (an empty line continues): ";
        String line = dialog.line(prompt);
        while (line != null && !line.isEmpty()) {
            String[] both = line.split("\\s+", 2);
            SampleValue chosen = values.stream()
                    .filter(value -> value.location().equals(both[0])
                            || String.valueOf(values.indexOf(value) + 1).equals(both[0]))
                    .findFirst()
                    .orElse(null);
            if (chosen == null || both.length == 1) {
                dialog.note(
                        chosen == null
                                ? "  there is no value " + both[0] + ": use 1 to " + values.size()
                                : "  write the pill behind the number");
            } else {
                try {
                    RequestReview replaced = chosen.replacement().apply(changed, both[1]);
                    // Rejects a malformed pill.
                    var unused = replaced.apply("Sample");
                    changed = replaced;
                    remember(both[1], chosen);
                } catch (InvalidDefinitionException e) {
                    dialog.note("  " + e.getMessage());
                }
            }
            line = dialog.line(prompt);
        }
        return changed;
    }

    /** Returns the pills of the sample that are credentials; other users of the machine could see them in arguments. */
    List<String> credentials() {
        return used.keySet().stream()
                .filter(argument -> argument.startsWith(CREDENTIALS))
                .toList();
    }

    /** Returns the arguments with which {@code connector send} repeats the sample, with a file for credentials. */
    String arguments() {
        StringBuilder arguments = new StringBuilder();
        used.forEach((argument, value) -> {
            if (argument.startsWith(CREDENTIALS)) {
                return;
            }
            boolean isPlain = value.matches("[A-Za-z0-9_.,:@%+/-]+");
            arguments.append(" --pill ").append(argument).append('=');
            arguments.append(isPlain ? value : "'" + value.replace("'", "'\\''") + "'");
        });
        if (!credentials().isEmpty()) {
            arguments.append(" --pills FILE");
        }
        return arguments.toString();
    }
}
