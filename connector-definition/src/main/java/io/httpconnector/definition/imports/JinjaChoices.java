package io.httpconnector.definition.imports;

import io.httpconnector.definition.imports.Jinja.Binary;
import io.httpconnector.definition.imports.Jinja.Choice;
import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.Jinja.Tested;
import io.httpconnector.definition.imports.JinjaConstants.Constant;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Translates choices of Jinja between two values. Choices whose condition is known are decided. Not thread-safe. */
final class JinjaChoices {

    private static final Pattern URL = Pattern.compile("(https?://)([^/]+)(.*)");

    private static final Pattern PARAMETER = Pattern.compile("([^?#&]*)\\?([\\w.-]+)=");

    private final JinjaPills pills;
    private final boolean isInPath;

    /** Creates a translation, in which the values are translated by {@code pills}. */
    JinjaChoices(JinjaPills pills, boolean isInPath) {
        this.pills = pills;
        this.isInPath = isInPath;
    }

    /** Translates a choice between a text and nothing, which is then omitted. */
    String optional(Choice choice) {
        Object decided = pills.conditions().condition(choice.condition());
        boolean isConcatenation = choice.then() instanceof Binary binary && JinjaOperators.isConcatenation(binary);
        if (decided instanceof Constant || !isConcatenation) {
            return pills.template(choice);
        }
        if (isInPath) {
            throw new UnsupportedException("a part of a path that may be empty");
        }
        List<Jinja> parts = JinjaOperators.parts(choice.then());
        if (parts.get(0) instanceof Literal start
                && JinjaPills.written(start).strip().matches("(?s)[\\[{].*")) {
            // Airbyte evaluates it as an object or a list.
            throw new UnsupportedException("a text that is an object or a list");
        }
        if (parts.contains(choice.condition())) {
            // It is met if the value exists, without which the text is omitted.
            StringBuilder text = new StringBuilder();
            for (Jinja part : parts) {
                String pill = pills.template(part);
                text.append(part.equals(choice.condition()) ? pill.replaceFirst("}}$", " | omit(empty)}}") : pill);
            }
            return text.toString();
        }
        return alternative(choice.then(), (String) decided);
    }

    /** Translates a choice as text. */
    String choice(Choice choice) {
        Object decided =
                isDefault(choice) ? new Constant(null) : pills.conditions().condition(choice.condition());
        if (decided instanceof Constant constant && !isDefault(choice)) {
            return pills.template(JinjaConstants.isTrue(constant.value()) ? choice.then() : choice.otherwise());
        }
        if (isInPath && hasQuery(choice.then()) && decided instanceof String condition) {
            return queried(choice, condition);
        }
        if (choice.then() instanceof Literal then && choice.otherwise() instanceof Literal otherwise) {
            return chosenUrl(choice.condition(), JinjaPills.written(then), JinjaPills.written(otherwise));
        }
        Object value = pills.value(choice);
        return value instanceof Constant constant
                ? JinjaPills.literal(JinjaConstants.written(constant))
                : "{{" + value + "}}";
    }

    /** Translates a text whose parts are missing unless a condition is met. */
    private String alternative(Jinja text, String condition) {
        StringBuilder all = new StringBuilder();
        for (Jinja part : JinjaOperators.parts(text)) {
            Object value = pills.value(part);
            if (!(value instanceof Constant constant
                    && JinjaConstants.written(constant).isEmpty())) {
                all.append("{{")
                        .append(condition)
                        .append(" | map(true, ")
                        .append(JinjaPills.operand(value))
                        .append(") | omit}}");
            }
        }
        return all.toString();
    }

    /** Leaves the scheme and the path of two URLs outside of the pill, in which they would be encoded. */
    private String chosenUrl(Jinja condition, String then, String otherwise) {
        Matcher one = URL.matcher(then);
        Matcher other = URL.matcher(otherwise);
        if (one.matches()
                && other.matches()
                && one.group(1).equals(other.group(1))
                && one.group(3).equals(other.group(3))) {
            Choice hosts = new Choice(condition, new Literal(one.group(2)), new Literal(other.group(2)));
            return JinjaPills.literal(one.group(1)) + "{{" + pills.value(hosts) + "}}"
                    + JinjaPills.literal(one.group(3));
        }
        return "{{" + pills.value(new Choice(condition, new Literal(then), new Literal(otherwise))) + "}}";
    }

    /** Returns a {@link Constant}, or the content of a pill. */
    Object chosen(Choice choice) {
        Jinja condition = choice.condition();
        if (isDefault(choice)) {
            return JinjaPills.withDefault(pills.value(choice.then()), pills.value(choice.otherwise()), ", empty");
        }
        Object decided = pills.conditions().condition(condition);
        if (decided instanceof Constant constant) {
            return pills.value(JinjaConstants.isTrue(constant.value()) ? choice.then() : choice.otherwise());
        }
        if (isInPath && (hasQuery(choice.then()) || hasQuery(choice.otherwise()))) {
            throw new UnsupportedException("a choice between parts of a path");
        }
        Object then = pills.value(choice.then());
        Object otherwise = pills.value(choice.otherwise());
        return mapped((String) decided, JinjaPills.operand(then), JinjaPills.operand(otherwise));
    }

    /** Returns whether a choice is in a path and has a parameter of its query. */
    boolean hasParameter(Choice choice) {
        return isInPath && hasQuery(choice.then());
    }

    /** Translates a path with a parameter, or the same path without it: {@code 'a?b=' + c if c else 'a'}. */
    private String queried(Choice choice, String condition) {
        List<Jinja> path = new ArrayList<>();
        List<Jinja> value = new ArrayList<>();
        String name = null;
        for (Jinja part : JinjaOperators.parts(choice.then())) {
            Matcher query = part instanceof Literal literal
                    ? PARAMETER.matcher(JinjaPills.written(literal))
                    : PARAMETER.matcher("");
            if (name == null && query.matches()) {
                name = query.group(2);
                if (!query.group(1).isEmpty()) {
                    path.add(new Literal(query.group(1)));
                }
            } else {
                (name == null ? path : value).add(part);
            }
        }
        List<Jinja> other =
                JinjaParser.isEmpty(choice.otherwise()) ? List.of() : JinjaOperators.parts(choice.otherwise());
        if (name == null || value.size() != 1 || !path.equals(other)) {
            throw new UnsupportedException("a choice between parts of a path");
        }
        StringBuilder text = new StringBuilder();
        path.forEach(part -> text.append(pills.template(part)));
        return text + "?" + name + "={{" + condition + " | map(true, " + JinjaPills.operand(pills.value(value.get(0)))
                + ") | omit}}";
    }

    /** Returns whether a text has a query, whose delimiters a value in the path would encode. */
    private static boolean hasQuery(Jinja text) {
        return JinjaOperators.parts(text).stream()
                .anyMatch(
                        part -> JinjaParser.constant(part) instanceof String constant && constant.matches(".*[?#&].*"));
    }

    /** Returns whether a choice is that of a value or another one: {@code x if x else y}. */
    private static boolean isDefault(Choice choice) {
        return choice.condition().equals(choice.then()) || isPresence(choice.condition(), choice.then());
    }

    /** Returns the pill of one of two operands. */
    static String mapped(String condition, String then, String otherwise) {
        String isFalse = " | map('', true, 'false', true, false)";
        return condition.endsWith(isFalse)
                ? condition.substring(0, condition.length() - isFalse.length()) + " | map('', " + then + ", 'false', "
                        + then + ", " + otherwise + ")"
                : condition.endsWith(isFalse + " | not")
                        ? mapped(condition.substring(0, condition.length() - " | not".length()), otherwise, then)
                        : condition + " | map(true, " + then + ", " + otherwise + ")";
    }

    /** Returns a condition that is met unless an input is empty, false or zero. */
    static String isEntered(JinjaPills pills, String input) {
        String none = pills.isNumber(input.substring(input.indexOf('.') + 1)) ? "'0'" : "'false'";
        return input + " | default('', null) | map('', true, " + none + ", true, false) | not";
    }

    private static boolean isPresence(Jinja condition, Jinja value) {
        return condition instanceof Tested test
                && test.value().equals(value)
                && (test.test().equals("defined")
                        ? !test.isNegated()
                        : test.test().equals("none") && test.isNegated());
    }
}
