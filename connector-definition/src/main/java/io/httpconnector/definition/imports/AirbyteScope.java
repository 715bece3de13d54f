package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.httpconnector.definition.imports.JinjaConstants.Constant;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The values of the expressions at one place of a manifest of Airbyte. Immutable, but for the inputs.
 *
 * @param inputs the configuration
 * @param parameters the parameters of the component
 * @param roots the pills by the first name of an expression, such as {@code record}
 * @param partition the pills by the name of a value of the partition or the interval
 */
record AirbyteScope(AirbyteInputs inputs, JsonNode parameters, Map<String, String> roots, Map<String, String> partition)
        implements JinjaPills.Scope {

    private static final Pattern INPUT =
            Pattern.compile("\\{\\{\\s*(?:auth\\.([\\w-]+)|page\\.cursor)((?:[^}'\"]|'[^']*'|\"[^\"]*\")*)}}");

    /** An input, with what is used in its place. */
    private static final Pattern ENTERED =
            Pattern.compile("\\{\\{\\s*auth\\.([\\w-]+)((?:\\s*\\|\\s*(?:default|omit)(?:\\([^(){}]*\\))?)*)\\s*}}");

    /** A single pill with one of several values. */
    private static final Pattern CHOICE =
            Pattern.compile("\\{\\{(?:[^}'\"]|'[^']*'|\"[^\"]*\")*\\| map\\((?:[^}'\"]|'[^']*'|\"[^\"]*\")*}}");

    /** The name of a partition in which there is no state. */
    static final String NO_STATE = "state";

    /** The name of a partition all of whose values are known: others are empty. */
    static final String COMPLETE = "*";

    AirbyteScope of(CatalogueItem component) {
        return new AirbyteScope(inputs, component.node().path(AirbyteResolver.PARAMETERS), roots, partition);
    }

    AirbyteScope with(String root, String pill) {
        Map<String, String> more = new HashMap<>(roots);
        more.put(root, pill);
        return new AirbyteScope(inputs, parameters, Map.copyOf(more), partition);
    }

    AirbyteScope withPartition(Map<String, String> values) {
        Map<String, String> more = new HashMap<>(partition);
        more.putAll(values);
        return new AirbyteScope(inputs, parameters, roots, Map.copyOf(more));
    }

    @Override
    public @Nullable Object value(String root, List<String> steps) {
        switch (root) {
            case "config" -> {
                String name = inputs.use(steps);
                if (name != null) {
                    return "auth." + name;
                }
                String list = inputs.useList(steps);
                return list == null ? null : "auth." + list + " | split(',')";
            }
            case "parameters", "options" -> {
                return parameter(steps);
            }
            case "stream_slice", "stream_partition", "stream_interval" -> {
                return ofPartition(steps);
            }
            case "stream_state" -> {
                return partition.containsKey(NO_STATE)
                        ? new Constant(null)
                        : partition.get("state." + String.join(".", steps));
            }
            case "last_page_size" -> {
                return roots.containsKey("response") ? "page.count" : null;
            }
            case "next_page_token" -> {
                String token = roots.get("page");
                return token == null || !(steps.isEmpty() || steps.equals(List.of("next_page_token")))
                        ? null
                        : token.isEmpty() ? new Constant(null) : token;
            }
            default -> {
                String pill = roots.get(root);
                return pill == null ? null : path(pill, steps);
            }
        }
    }

    @Override
    public boolean isNumber(String input) {
        return inputs.isNumber(input);
    }

    private @Nullable Object ofPartition(List<String> steps) {
        for (int i = steps.size(); i > 0; i--) {
            String pill = partition.get(String.join(".", steps.subList(0, i)));
            if (pill != null) {
                return path(pill, steps.subList(i, steps.size()));
            }
        }
        if (!steps.isEmpty()) {
            String last = steps.get(steps.size() - 1);
            String pill = last.equals("start_time") || last.equals("end_time") ? partition.get(last) : null;
            if (pill != null) {
                return pill;
            }
        }
        if (!partition.containsKey(COMPLETE)) {
            return null;
        }
        String name = String.join(".", steps);
        boolean isObject = partition.keySet().stream()
                .anyMatch(known -> steps.isEmpty() ? !known.matches("\\*|state.*") : known.startsWith(name + "."));
        return !isObject ? new Constant(null) : steps.isEmpty() ? new Constant(true) : null;
    }

    private JsonNode parameterAt(List<String> steps) {
        JsonNode value = parameters;
        for (String step : steps) {
            value = value.isArray() && step.matches("\\d+") ? value.path(Integer.parseInt(step)) : value.path(step);
        }
        return value;
    }

    @Override
    public @Nullable List<Object> constants(String root, List<String> steps) {
        if (!root.matches("parameters|options") || !(parameterAt(steps) instanceof ArrayNode list)) {
            return null;
        }
        List<Object> constants = new ArrayList<>();
        for (JsonNode each : list) {
            if (!each.isTextual() || each.textValue().contains("{{")) {
                return null;
            }
            constants.add(each.textValue());
        }
        return constants;
    }

    /** Returns the list that a text refers to, if it is a constant parameter; null for another text. */
    @Nullable ArrayNode list(String text) {
        try {
            return JinjaPills.single(text) instanceof Jinja.Path path
                            && path.root().matches("parameters|options")
                            && parameterAt(path.steps()) instanceof ArrayNode list
                            && !list.toString().contains("{{")
                    ? list
                    : null;
        } catch (UnsupportedException e) {
            return null;
        }
    }

    private @Nullable Object parameter(List<String> steps) {
        JsonNode value = parameterAt(steps);
        if (value.isMissingNode() || value.isNull()) {
            return new Constant(null);
        }
        if (value.isContainerNode() || (value.isTextual() && value.textValue().contains("{{"))) {
            Jinja expression = value.isTextual() ? JinjaPills.single(value.textValue()) : null;
            return expression == null ? null : new JinjaPills(this).value(expression);
        }
        return new Constant(
                value.isTextual()
                        ? value.textValue()
                        : value.isBoolean()
                                ? (Object) value.booleanValue()
                                : value.isIntegralNumber() ? (Object) value.longValue() : (Object) value.doubleValue());
    }

    /** Returns the content of a pill for a value within another one. */
    static String path(String root, List<String> steps) {
        StringBuilder path = new StringBuilder(root);
        for (String step : steps) {
            if (step.matches("-?\\d+")) {
                path.append('[').append(step).append(']');
            } else if (step.matches("[A-Za-z0-9_$@:-]+")) {
                path.append('.').append(step);
            } else {
                path.append("[\"")
                        .append(step.replace("\\", "\\\\").replace("\"", "\\\""))
                        .append("\"]");
            }
        }
        return path.toString();
    }

    /** Translates a text; null if an expression has no counterpart, which is noted. */
    @Nullable String text(CatalogueItem item) {
        return text(item, false);
    }

    /** Translates the path of a URL, as {@link #text} does. */
    @Nullable String path(CatalogueItem item) {
        String path = text(item, true);
        return path == null ? null : withFlags(path);
    }

    private @Nullable String text(CatalogueItem item, boolean isInPath) {
        String text = item.text();
        if (text == null) {
            return null;
        }
        try {
            String translated = new JinjaPills(this, isInPath).text(text);
            if (AirbyteLiterals.hasList(translated) || (isInPath && AirbyteLiterals.isList(translated))) {
                throw new UnsupportedException("a list in a text");
            }
            return translated;
        } catch (UnsupportedException e) {
            item.note("there is no counterpart of \"" + e.getMessage() + "\" in the text: " + shortened(text));
            return null;
        }
    }

    /** Translates a text; null if an expression has no counterpart. */
    @Nullable String known(CatalogueItem item) {
        try {
            return item.text() == null
                    ? null
                    : new JinjaPills(this).text(item.node().asText());
        } catch (UnsupportedException e) {
            return null;
        }
    }

    static String shortened(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() > 120 ? line.substring(0, 120) + "..." : line;
    }

    /** Translates a text whose item is left out if a value is missing or empty. */
    @Nullable String optionalText(CatalogueItem item) {
        String text = text(item);
        return text == null ? null : omitting(text);
    }

    /** Translates the text of a parameter, in which Airbyte writes a flag as Python does: {@code True}. */
    @Nullable String parameter(CatalogueItem item) {
        String text = AirbyteLiterals.unquoted(text(item));
        if (text == null) {
            return null;
        }
        if (item.node().isBoolean()) {
            return item.node().asBoolean() ? "True" : "False";
        }
        return withFlags(text);
    }

    /** Writes the flags in a text as Python does. */
    private String withFlags(String text) {
        return ENTERED.matcher(text).replaceAll(pill -> {
            if (!inputs.isFlag(pill.group(1))) {
                return Matcher.quoteReplacement(pill.group());
            }
            String more =
                    pill.group(2).replace("default(true", "default('True'").replace("default(false", "default('False'");
            return Matcher.quoteReplacement(
                    "{{auth." + pill.group(1) + " | map('true', 'True', 'False')" + more + "}}");
        });
    }

    /** Returns a text in JSON, in which an input that is a number or a flag is no text, unless there is more around it. */
    String typed(String text) {
        Matcher pill = ENTERED.matcher(text);
        if (!pill.matches()) {
            return withFlags(text);
        }
        String input = pill.group(1);
        String filter = inputs.isNumber(input) ? " | number" : inputs.isFlag(input) ? " | boolean" : "";
        return "{{auth." + input + filter + pill.group(2) + "}}";
    }

    /** Lets a text be omitted without its optional inputs. */
    String omitting(String text) {
        if (CHOICE.matcher(text).matches() && !text.contains("| omit")) {
            // Airbyte leaves out what is empty.
            return text.replaceFirst("\\s*}}$", " | omit(empty)}}");
        }
        return INPUT.matcher(text).replaceAll(pill -> {
            boolean isOptional = (pill.group(1) == null || inputs.isOptional(pill.group(1)))
                    && !pill.group(2).matches("(?s).*(default\\((?!\\()|\\bomit\\b).*");
            return Matcher.quoteReplacement(
                    isOptional ? pill.group().replaceFirst("\\s*}}$", " | omit}}") : pill.group());
        });
    }

    /** Returns the constant of a text; null if it has a value that is not known, which is noted. */
    @Nullable String constant(CatalogueItem item) {
        String text = text(item);
        if (text == null) {
            return null;
        }
        if (text.contains("{{")) {
            item.note("it has to be constant: " + shortened(item.node().asText()));
            return null;
        }
        return text;
    }

    /** Returns the names of the inputs in a text with pills. */
    static List<String> inputsOf(String text) {
        return NangoText.fieldsOf(text);
    }
}
