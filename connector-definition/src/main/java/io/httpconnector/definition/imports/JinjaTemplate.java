package io.httpconnector.definition.imports;

import io.httpconnector.definition.imports.Jinja.Binary;
import io.httpconnector.definition.imports.Jinja.Choice;
import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses a text with expressions and statements of Jinja into one expression: the text is a concatenation. Not thread-safe. */
final class JinjaTemplate {

    private static final Pattern TAG = Pattern.compile("(\\s*)\\{(%|\\{|#)(-?)(.*?)(-?)(?:%|}|#)}", Pattern.DOTALL);
    private static final Pattern SET = Pattern.compile("set\\s+(\\w+)\\s*=\\s*(.*)", Pattern.DOTALL);
    private static final int MAX_DEPTH = 20;

    private final String text;
    private final Matcher tag;
    private final Map<String, Jinja> variables = new HashMap<>();
    private int at;
    private int depth;

    /** The statement that ended a block, such as {@code endif}. */
    private String end = "";

    private JinjaTemplate(String text) {
        this.text = text;
        this.tag = TAG.matcher(text);
    }

    /**
     * A text as an expression, and the values of its variables.
     *
     * @param expression the concatenation
     * @param variables the expressions by name
     */
    record Parsed(Jinja expression, Map<String, Jinja> variables) {}

    /**
     * Parses a text.
     *
     * @throws UnsupportedException if it has statements other than {@code if} and {@code set}
     */
    static Parsed parse(String text) {
        JinjaTemplate template = new JinjaTemplate(text);
        Jinja whole = template.block();
        if (!template.end.isEmpty()) {
            throw new UnsupportedException("{% " + template.end + " %}");
        }
        return new Parsed(whole, template.variables);
    }

    /** Parses up to the statement that ends the block. */
    private Jinja block() {
        if (++depth > MAX_DEPTH) {
            throw new UnsupportedException("deep statements");
        }
        Jinja whole = new Literal("");
        while (tag.find(at)) {
            boolean trimsBefore = !tag.group(3).isEmpty();
            whole = joined(whole, new Literal(text.substring(at, tag.start()) + (trimsBefore ? "" : tag.group(1))));
            at = tag.end();
            if (!tag.group(5).isEmpty()) {
                while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                    at++;
                }
            }
            String content = tag.group(4).strip();
            switch (tag.group(2)) {
                case "{" -> whole = joined(whole, JinjaParser.parse(content));
                case "%" -> {
                    Jinja statement = statement(content);
                    if (statement == null) {
                        depth--;
                        return whole;
                    }
                    whole = joined(whole, statement);
                }
                default -> {}
            }
        }
        whole = joined(whole, new Literal(text.substring(at)));
        at = text.length();
        end = "";
        depth--;
        return whole;
    }

    /** Returns the value of a statement; null if it ends the block. */
    private @org.jspecify.annotations.Nullable Jinja statement(String content) {
        if (content.startsWith("if ")) {
            return choice(JinjaParser.parse(content.substring(3)));
        }
        if (content.matches("(?s)elif .*|else|endif")) {
            end = content;
            return null;
        }
        Matcher set = SET.matcher(content);
        if (!set.matches() || depth > 1) {
            throw new UnsupportedException("{% " + content + " %}");
        }
        variables.put(set.group(1), JinjaParser.parse(set.group(2)));
        return new Literal("");
    }

    private Jinja choice(Jinja condition) {
        Jinja then = block();
        String next = end;
        if (next.startsWith("elif ")) {
            return new Choice(condition, then, choice(JinjaParser.parse(next.substring(5))));
        }
        Jinja otherwise = new Literal("");
        if (next.equals("else")) {
            otherwise = block();
            next = end;
        }
        if (!next.equals("endif")) {
            throw new UnsupportedException("{% if %} without {% endif %}");
        }
        return new Choice(condition, then, otherwise);
    }

    private static Jinja joined(Jinja left, Jinja right) {
        if (right.equals(new Literal(""))) {
            return left;
        }
        return left.equals(new Literal("")) ? right : new Binary("~", left, right);
    }
}
