package io.httpconnector.definition.imports;

import io.httpconnector.definition.imports.Jinja.Binary;
import io.httpconnector.definition.imports.Jinja.Call;
import io.httpconnector.definition.imports.Jinja.Choice;
import io.httpconnector.definition.imports.Jinja.Default;
import io.httpconnector.definition.imports.Jinja.Entries;
import io.httpconnector.definition.imports.Jinja.Filtered;
import io.httpconnector.definition.imports.Jinja.Indexed;
import io.httpconnector.definition.imports.Jinja.Items;
import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.Jinja.Not;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.Jinja.Slice;
import io.httpconnector.definition.imports.Jinja.Tested;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses an expression of Jinja. Not thread-safe. */
final class JinjaParser {

    private static final Pattern TOKEN = Pattern.compile(
            "\\s*(?:('(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\")|(\\d+(?:\\.\\d+)?)|([A-Za-z_]\\w*)|(==|!=|<=|>=|//|\\*\\*|[-+*/%~<>|.,()\\[\\]{}:=]))",
            Pattern.DOTALL);
    private static final int MAX_DEPTH = 100;

    private final List<String> tokens = new ArrayList<>();
    private int at;
    private int depth;

    /** An expression that is no Jinja, or more than connectors need. */
    static final class UnsupportedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        UnsupportedException(String what) {
            super(what);
        }
    }

    private JinjaParser(String text) {
        Matcher token = TOKEN.matcher(text);
        int end = 0;
        while (token.lookingAt()) {
            tokens.add(token.group().strip());
            end = token.end();
            token.region(end, text.length());
        }
        if (!text.substring(end).isBlank()) {
            throw new UnsupportedException(text.substring(end).strip());
        }
    }

    /**
     * Parses an expression, without its braces.
     *
     * @throws UnsupportedException if it has a part that is not supported
     */
    static Jinja parse(String text) {
        JinjaParser parser = new JinjaParser(text);
        Jinja expression = parser.choice();
        if (parser.at < parser.tokens.size()) {
            throw new UnsupportedException(parser.peek());
        }
        return expression;
    }

    private String peek() {
        return at < tokens.size() ? tokens.get(at) : "";
    }

    private boolean next(String token) {
        if (peek().equals(token)) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(String token) {
        if (!next(token)) {
            throw new UnsupportedException(peek().isEmpty() ? "an incomplete expression" : peek());
        }
    }

    private Jinja choice() {
        depth++;
        if (depth > MAX_DEPTH) {
            throw new UnsupportedException("a deep expression");
        }
        Jinja value = or();
        if (next("if")) {
            Jinja condition = or();
            Jinja otherwise = next("else") ? choice() : new Literal("");
            value = new Choice(condition, value, otherwise);
        }
        depth--;
        return value;
    }

    private Jinja or() {
        Jinja left = and();
        while (next("or")) {
            left = new Binary("or", left, and());
        }
        return left;
    }

    private Jinja and() {
        Jinja left = not();
        while (next("and")) {
            left = new Binary("and", left, not());
        }
        return left;
    }

    private Jinja not() {
        return next("not") ? new Not(not()) : comparison();
    }

    private Jinja comparison() {
        Jinja left = sum();
        while (true) {
            String token = peek();
            if (List.of("==", "!=", "<", ">", "<=", ">=").contains(token)) {
                at++;
                left = new Binary(token, left, sum());
            } else if (token.equals("in")) {
                at++;
                left = new Binary("in", left, sum());
            } else if (token.equals("not")
                    && at + 1 < tokens.size()
                    && tokens.get(at + 1).equals("in")) {
                at += 2;
                left = new Not(new Binary("in", left, sum()));
            } else if (token.equals("is")) {
                at++;
                boolean isNegated = next("not");
                left = new Tested(left, name().toLowerCase(java.util.Locale.ROOT), isNegated);
            } else {
                return left;
            }
        }
    }

    private Jinja sum() {
        Jinja left = product();
        while (peek().equals("+") || peek().equals("-") || peek().equals("~")) {
            String operator = tokens.get(at++);
            left = new Binary(operator, left, product());
        }
        return left;
    }

    private Jinja product() {
        Jinja left = filtered();
        while (peek().equals("*") || peek().equals("/") || peek().equals("//") || peek().equals("%")) {
            String operator = tokens.get(at++);
            left = new Binary(operator, left, filtered());
        }
        return left;
    }

    private Jinja filtered() {
        Jinja value = postfix();
        while (next("|")) {
            String name = name();
            value = new Filtered(value, name, next("(") ? arguments() : List.of());
            value = continued(value);
        }
        return value;
    }

    private String name() {
        String name = peek();
        if (!name.matches("[A-Za-z_]\\w*")) {
            throw new UnsupportedException(name.isEmpty() ? "an incomplete expression" : name);
        }
        at++;
        return name;
    }

    private List<Jinja> arguments() {
        List<Jinja> arguments = new ArrayList<>();
        while (!next(")")) {
            // The names of arguments are left out.
            if (at + 1 < tokens.size() && tokens.get(at + 1).equals("=") && peek().matches("[A-Za-z_]\\w*")) {
                at += 2;
            }
            arguments.add(choice());
            if (!next(",") && !peek().equals(")")) {
                throw new UnsupportedException(peek());
            }
        }
        return arguments;
    }

    private Jinja postfix() {
        return continued(primary());
    }

    private Jinja continued(Jinja start) {
        Jinja value = start;
        while (true) {
            if (next(".")) {
                String name = peek().matches("\\d+") ? tokens.get(at++) : name();
                value = next("(") ? method(value, name, arguments()) : step(value, name);
            } else if (next("[")) {
                value = bracketed(value);
            } else {
                return value;
            }
        }
    }

    /** Continues after an opening bracket. */
    private Jinja bracketed(Jinja value) {
        Jinja index = peek().equals(":") ? null : choice();
        if (next(":")) {
            Jinja end = peek().equals("]") ? null : choice();
            expect("]");
            return new Slice(value, index, end);
        }
        expect("]");
        if (index == null) {
            throw new UnsupportedException("an incomplete expression");
        }
        if (index instanceof Literal literal && literal.value() != null) {
            Jinja member = step(value, String.valueOf(literal.value()));
            return member instanceof Indexed ? new Indexed(value, index) : member;
        }
        return new Indexed(value, index);
    }

    /** Returns a member of a value. */
    static Jinja step(Jinja value, String name) {
        if (value instanceof Path path) {
            List<String> steps = new ArrayList<>(path.steps());
            steps.add(name);
            return new Path(path.root(), List.copyOf(steps));
        }
        // A default of an object only avoids an error.
        if (value instanceof Default defaulted && isEmpty(defaulted.other())) {
            return step(defaulted.value(), name);
        }
        return new Indexed(value, new Literal(name));
    }

    private static Jinja method(Jinja value, String name, List<Jinja> arguments) {
        boolean isPath = value instanceof Path || (value instanceof Default defaulted && isEmpty(defaulted.other()));
        if (name.equals("get") && isPath && !arguments.isEmpty() && arguments.get(0) instanceof Literal key) {
            Jinja member = step(value, String.valueOf(key.value()));
            return arguments.size() > 1 ? new Default(member, arguments.get(1)) : member;
        }
        if (name.equals("get") && !arguments.isEmpty()) {
            Jinja member = new Indexed(value, arguments.get(0));
            return arguments.size() > 1 ? new Default(member, arguments.get(1)) : member;
        }
        List<Jinja> all = new ArrayList<>(List.of(value));
        all.addAll(arguments);
        return new Call(name, List.copyOf(all), true);
    }

    /** Returns whether a default is an empty object or list, or nothing. */
    static boolean isEmpty(Jinja other) {
        return (other instanceof Items items && items.items().isEmpty())
                || (other instanceof Literal literal
                        && (literal.value() == null
                                || "".equals(literal.value())
                                || Boolean.FALSE.equals(literal.value())));
    }

    private Jinja primary() {
        String token = peek();
        if (token.isEmpty()) {
            throw new UnsupportedException("an incomplete expression");
        }
        at++;
        char first = token.charAt(0);
        if (first == '\'' || first == '"') {
            StringBuilder text = new StringBuilder(unescaped(token.substring(1, token.length() - 1)));
            while (peek().startsWith("'") || peek().startsWith("\"")) {
                String part = tokens.get(at++);
                text.append(unescaped(part.substring(1, part.length() - 1)));
            }
            return new Literal(text.toString());
        }
        if (Character.isDigit(first)) {
            return new Literal(token.contains(".") ? (Object) Double.valueOf(token) : Long.valueOf(token));
        }
        if (token.equals("-") && peek().matches("\\d+")) {
            return new Literal(-Long.parseLong(tokens.get(at++)));
        }
        if (token.equals("(")) {
            Jinja inner = choice();
            expect(")");
            return inner;
        }
        if (token.equals("[")) {
            return new Items(items("]"));
        }
        if (token.equals("{")) {
            return next("}") ? new Items(List.of()) : entries();
        }
        return named(token);
    }

    private Jinja entries() {
        Map<String, Jinja> members = new LinkedHashMap<>();
        while (!next("}")) {
            if (!(choice() instanceof Literal name) || name.value() == null) {
                throw new UnsupportedException("a name that is not constant");
            }
            expect(":");
            members.put(String.valueOf(name.value()), choice());
            if (!next(",") && !peek().equals("}")) {
                throw new UnsupportedException(peek());
            }
        }
        return new Entries(Collections.unmodifiableMap(members));
    }

    private List<Jinja> items(String end) {
        List<Jinja> items = new ArrayList<>();
        while (!next(end)) {
            items.add(choice());
            if (!next(",") && !peek().equals(end)) {
                throw new UnsupportedException(peek());
            }
        }
        return items;
    }

    private Jinja named(String token) {
        return switch (token) {
            case "true", "True" -> new Literal(true);
            case "false", "False" -> new Literal(false);
            case "none", "None", "null" -> new Literal(null);
            default -> {
                if (!token.matches("[A-Za-z_]\\w*")) {
                    throw new UnsupportedException(token);
                }
                yield next("(") ? new Call(token, arguments(), false) : new Path(token, List.of());
            }
        };
    }

    private static String unescaped(String text) {
        return text.replace("\\\\", "\u0000")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\'", "'")
                .replace("\\\"", "\"")
                .replace("\u0000", "\\");
    }

    /** Returns the constant of an expression; null if it has none. */
    static @Nullable Object constant(Jinja expression) {
        return expression instanceof Literal literal ? literal.value() : null;
    }
}
