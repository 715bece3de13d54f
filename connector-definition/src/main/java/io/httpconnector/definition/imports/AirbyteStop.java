package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.imports.Jinja.Binary;
import io.httpconnector.definition.imports.Jinja.Default;
import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.Jinja.Not;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.Jinja.Tested;
import io.httpconnector.definition.imports.JinjaConstants.Constant;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Converts the condition that ends a pagination of Airbyte. Not thread-safe. */
final class AirbyteStop {

    private static final Path PAGE_SIZE = new Path("last_page_size", List.of());

    private final ObjectNode pagination;
    private final AirbyteScope scope;
    private final Path records;

    /**
     * Creates a converter that adds the condition to a pagination.
     *
     * @param recordPath the names that lead to the records of a response
     */
    AirbyteStop(ObjectNode pagination, AirbyteScope scope, List<String> recordPath) {
        this.pagination = pagination;
        this.scope = scope;
        this.records = new Path("response", recordPath);
    }

    /** Replaces the length of the list of records, which is read as a stream, by the number of records. */
    private Jinja counted(Jinja value) {
        if (value instanceof Binary binary) {
            return new Binary(binary.operator(), counted(binary.left()), counted(binary.right()));
        }
        if (value instanceof Not not) {
            Jinja inner = counted(not.value());
            return isRecords(inner) ? new Binary("==", PAGE_SIZE, new Literal(0L)) : new Not(inner);
        }
        boolean isLength = value instanceof Jinja.Filtered filtered
                && filtered.filter().matches("length|count")
                && isRecords(filtered.value());
        return isLength ? PAGE_SIZE : value;
    }

    private boolean isRecords(Jinja value) {
        return !records.steps().isEmpty() && records.equals(path(value));
    }

    /** Returns the path of a value, whatever its default is; null if it is another expression. */
    static @Nullable Path path(Jinja expression) {
        if (expression instanceof Path path) {
            return path;
        }
        if (expression instanceof Default defaulted && JinjaParser.isEmpty(defaulted.other())) {
            return path(defaulted.value());
        }
        if (expression instanceof Jinja.Filtered filtered && filtered.filter().matches("string|trim|int")) {
            return path(filtered.value());
        }
        if (expression instanceof Jinja.Choice choice && JinjaParser.isEmpty(choice.otherwise())) {
            return path(choice.then());
        }
        if (expression instanceof Binary or && or.operator().equals("or") && JinjaParser.isEmpty(or.right())) {
            return path(or.left());
        }
        return null;
    }

    /**
     * Converts a condition.
     *
     * @param token the value of the token, without which pagination ends anyway; null if it is calculated
     */
    void convert(CatalogueItem item, @Nullable Path token) {
        String text = item.node().asText();
        if (item.node().isBoolean()) {
            if (item.node().asBoolean()) {
                pagination.removeAll();
            }
            return;
        }
        try {
            Jinja expression = JinjaPills.single(text);
            if (expression != null) {
                for (Jinja condition : alternatives(counted(expression))) {
                    stopAt(condition, token);
                }
                return;
            }
        } catch (UnsupportedException e) {
            item.note("there is no counterpart of \"" + e.getMessage() + "\" in the text: "
                    + AirbyteScope.shortened(text));
            return;
        }
        item.note("it is not a condition: " + AirbyteScope.shortened(text));
    }

    private static List<Jinja> alternatives(Jinja expression) {
        if (expression instanceof Binary binary && binary.operator().equals("or")) {
            List<Jinja> all = new ArrayList<>(alternatives(binary.left()));
            all.addAll(alternatives(binary.right()));
            return all;
        }
        return List.of(expression);
    }

    private void stopAt(Jinja condition, @Nullable Path token) {
        // Pagination ends without a token, and with an empty page anyway.
        if (isAbsence(condition, token) || isEmptyPage(condition)) {
            return;
        }
        Path flag = condition instanceof Not not ? path(not.value()) : path(condition);
        String member = condition instanceof Not ? "moreWhile" : "lastWhen";
        if (flag != null && flag.root().equals("response")) {
            set(member, AirbyteErrors.pointer(flag), condition);
            return;
        }
        Path other = condition instanceof Binary comparison ? flagOf(comparison) : null;
        if (condition instanceof Binary binary && other != null && other.root().equals("response")) {
            boolean isTrue = Boolean.TRUE.equals(((Literal) binary.right()).value())
                    == binary.operator().equals("==");
            set(isTrue ? "lastWhen" : "moreWhile", AirbyteErrors.pointer(other), condition);
            return;
        }
        Object value = new JinjaPills(scope).conditions().condition(condition);
        if (value instanceof Constant constant) {
            if (JinjaConstants.isTrue(constant.value())) {
                pagination.removeAll();
            }
            return;
        }
        set("lastWhen", "{{" + value + "}}", condition);
    }

    private static @Nullable Path flagOf(Binary binary) {
        return binary.operator().matches("==|!=")
                        && binary.right() instanceof Literal literal
                        && literal.value() instanceof Boolean
                ? path(binary.left())
                : null;
    }

    /** Sets a condition; a second one is the opposite of the other member. */
    private void set(String member, String value, Jinja condition) {
        if (!pagination.has(member)) {
            pagination.put(member, value);
            return;
        }
        String opposite = member.equals("lastWhen") ? "moreWhile" : "lastWhen";
        if (pagination.has(opposite)) {
            throw new UnsupportedException("a third condition");
        }
        Object met = new JinjaPills(scope).conditions().condition(condition);
        pagination.put(
                opposite,
                "{{" + (opposite.equals("moreWhile") ? JinjaConditions.negatedPill((String) met) : met) + "}}");
    }

    private static boolean isEmptyPage(Jinja condition) {
        return condition instanceof Binary binary
                && binary.left() instanceof Path path
                && path.root().equals("last_page_size")
                && binary.right() instanceof Literal literal
                && ((binary.operator().equals("==") && Long.valueOf(0).equals(literal.value()))
                        || (binary.operator().equals("<") && Long.valueOf(1).equals(literal.value())));
    }

    /** Returns whether a condition is met exactly if there is no token, or none of the objects around it. */
    private static boolean isAbsence(Jinja condition, @Nullable Path token) {
        if (token == null) {
            return false;
        }
        if (condition instanceof Not not) {
            return isOf(not.value(), token) || (not.value() instanceof Binary in && isKeyOf(in, token));
        }
        if (condition instanceof Tested test) {
            boolean isAbsent = test.isNegated()
                    ? test.test().equals("defined")
                    : test.test().matches("none|undefined|null|false");
            return isAbsent && isOf(test.value(), token);
        }
        return condition instanceof Binary binary
                && binary.operator().equals("==")
                && isOf(binary.left(), token)
                && (JinjaParser.isEmpty(binary.right())
                        || (binary.right() instanceof Literal literal && Boolean.FALSE.equals(literal.value())));
    }

    private static boolean isKeyOf(Binary in, Path token) {
        Path owner = path(in.right());
        return in.operator().equals("in")
                && in.left() instanceof Literal key
                && owner != null
                && isOf(new Path(owner.root(), append(owner.steps(), String.valueOf(key.value()))), token);
    }

    private static List<String> append(List<String> steps, String step) {
        List<String> all = new ArrayList<>(steps);
        all.add(step);
        return all;
    }

    private static boolean isOf(Jinja value, Path token) {
        Path path = path(value);
        return path != null
                && path.root().equals(token.root())
                && path.steps().size() <= token.steps().size()
                && token.steps().subList(0, path.steps().size()).equals(path.steps())
                && !path.steps().isEmpty();
    }
}
