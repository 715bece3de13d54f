package io.httpconnector.definition.imports;

import io.httpconnector.definition.imports.Jinja.Binary;
import io.httpconnector.definition.imports.Jinja.Choice;
import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.Jinja.Not;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import io.httpconnector.internal.text.PercentEncoding;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Completes the calculated path of the next page: Airbyte appends it to the base URL, and sends the parameters of the request with it,
 * which may depend on this path. Immutable.
 *
 * @param base the path of the base URL, without a slash at its end
 * @param parameters the parameters of the request
 * @param isTokenUsed whether the request itself has the token
 */
record AirbyteNextPath(String base, CatalogueItem parameters, boolean isTokenUsed) {

    /** A text that is not empty and contains the start of the path. */
    private static final Jinja TOKEN = new Path("next_page_token", List.of());

    /** Returns whether the URL of the next page is a path that is calculated. */
    static boolean isRelative(Jinja url) {
        if (url instanceof Choice choice) {
            return isRelative(choice.then()) || isRelative(choice.otherwise());
        }
        if (url instanceof Binary binary && binary.operator().equals("or")) {
            return isRelative(binary.left()) || isRelative(binary.right());
        }
        return isStart(JinjaParser.constant(JinjaOperators.parts(url).get(0)));
    }

    private static boolean isStart(@Nullable Object constant) {
        return constant instanceof String start && !start.isEmpty() && !start.matches("(?s)(?:/|https?:).*");
    }

    /**
     * Returns the URL of the next page with its parameters.
     *
     * @throws UnsupportedException if a parameter is not constant
     */
    Jinja complete(Jinja url) {
        if (url instanceof Choice choice) {
            return new Choice(choice.condition(), complete(choice.then()), complete(choice.otherwise()));
        }
        if (url instanceof Binary binary && binary.operator().equals("or")) {
            return new Binary("or", complete(binary.left()), complete(binary.right()));
        }
        List<Jinja> parts = new ArrayList<>(JinjaOperators.parts(url));
        if (!(JinjaParser.constant(parts.get(0)) instanceof String start) || !isStart(start)) {
            return url;
        }
        parts.set(0, new Literal(base + "/" + start));
        parts.add(new Literal(query(start)));
        return parts.stream()
                .reduce((left, right) -> new Binary("~", left, right))
                .orElse(url);
    }

    /** Returns the parameters that the path does not have. */
    private String query(String start) {
        StringBuilder query = new StringBuilder();
        parameters.members().forEach((name, value) -> {
            if (name.equals(AirbyteResolver.PARAMETERS) || start.matches("(?s).*[?&]" + name + "=.*")) {
                return;
            }
            String text = value.node().asText();
            Jinja parsed = JinjaTemplate.parse(text).expression();
            Jinja expression = simplified(parsed, start);
            if (!(expression instanceof Literal literal)) {
                throw new UnsupportedException("a parameter of the next page that is not constant");
            }
            String constant = literal.value() == null ? "" : String.valueOf(literal.value());
            if (!constant.isEmpty()) {
                query.append(start.contains("?") || query.length() > 0 ? '&' : '?')
                        .append(encoded(name))
                        .append('=')
                        .append(encoded(constant));
            }
        });
        return query.toString();
    }

    private static String encoded(String text) {
        return PercentEncoding.encode(text);
    }

    private static Jinja simplified(Jinja value, String start) {
        if (value instanceof Path path && path.root().equals("next_page_token")) {
            return TOKEN;
        }
        if (value instanceof Not not) {
            Jinja inner = simplified(not.value(), start);
            return inner == TOKEN ? new Literal(false) : isConstant(inner) ? new Literal(!isTrue(inner)) : value;
        }
        if (value instanceof Binary binary) {
            return binary(binary, start);
        }
        if (value instanceof Choice choice) {
            Jinja condition = simplified(choice.condition(), start);
            boolean isKnown = condition == TOKEN || isConstant(condition);
            return isKnown
                    ? simplified(condition == TOKEN || isTrue(condition) ? choice.then() : choice.otherwise(), start)
                    : value;
        }
        return value;
    }

    private static Jinja binary(Binary binary, String start) {
        Jinja left = simplified(binary.left(), start);
        Jinja right = simplified(binary.right(), start);
        boolean isOr = binary.operator().equals("or");
        if ((isOr || binary.operator().equals("and")) && (left == TOKEN || isConstant(left))) {
            boolean decides = (left == TOKEN || isTrue(left)) == isOr;
            return decides ? left : right;
        }
        boolean isWithin = binary.operator().equals("in")
                && right == TOKEN
                && left instanceof Literal literal
                && start.contains(String.valueOf(literal.value()));
        return isWithin ? new Literal(true) : binary;
    }

    private static boolean isConstant(Jinja value) {
        return value instanceof Literal;
    }

    private static boolean isTrue(Jinja value) {
        return value instanceof Literal literal && JinjaConstants.isTrue(literal.value());
    }
}
