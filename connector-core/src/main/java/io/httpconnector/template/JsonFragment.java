package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a JSON body: literal bytes, a place for a value, or a structure around them. Whatever the values are, what is
 * written has the structure of the template. Immutable.
 */
sealed interface JsonFragment {

    byte[] NOTHING = {};

    /**
     * Writes the prefix (a comma, a member's name) from {@code from} on, and the piece; or neither, and gives false, when it is
     * to be left out.
     */
    boolean write(RenderContext scope, JsonWriter out, byte[] prefix, int from);

    /** Whether it may be left out. */
    default boolean canOmit() {
        return false;
    }

    /** Adds the problem to the others; goes on with null. */
    private static JsonNode failed(RenderContext scope, Expression pill, ValueRejectedException refusal) {
        scope.problems().add(pill.problem(refusal));
        return NullNode.getInstance();
    }

    /** What is the same each time. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record LiteralFragment(byte[] bytes) implements JsonFragment {
        @Override
        public boolean write(RenderContext scope, JsonWriter out, byte[] prefix, int from) {
            out.raw(prefix, from);
            out.raw(bytes);
            return true;
        }
    }

    /** One after the other; none of them can be left out. */
    record SequenceFragment(List<JsonFragment> parts) implements JsonFragment {
        @Override
        public boolean write(RenderContext scope, JsonWriter out, byte[] prefix, int from) {
            out.raw(prefix, from);
            for (int i = 0; i < parts.size(); i++) {
                boolean unused = parts.get(i).write(scope, out, NOTHING, 0);
            }
            return true;
        }
    }

    /** A value with its own type. */
    record ValueFragment(Expression pill) implements JsonFragment {
        @Override
        public boolean write(RenderContext scope, JsonWriter out, byte[] prefix, int from) {
            try {
                JsonNode value = pill.evaluate(scope);
                if (value == null) {
                    return false;
                }
                out.raw(prefix, from);
                out.value(value);
            } catch (ValueRejectedException e) {
                JsonNode unused = failed(scope, pill, e);
            }
            return true;
        }

        @Override
        public boolean canOmit() {
            return pill.canOmit();
        }
    }

    /** A string of literal bytes, escaped and with its quotes, and of pills. */
    record TextFragment(List<Object> pieces, boolean canOmit) implements JsonFragment {
        @Override
        public boolean write(RenderContext scope, JsonWriter out, byte[] prefix, int from) {
            if (canOmit && isOmitted(scope)) {
                return false;
            }
            out.raw(prefix, from);
            for (int i = 0; i < pieces.size(); i++) {
                if (pieces.get(i) instanceof Expression pill) {
                    pill(pill, scope, out);
                } else {
                    out.raw((byte[]) pieces.get(i));
                }
            }
            return true;
        }

        private boolean isOmitted(RenderContext scope) {
            try {
                for (Object piece : pieces) {
                    if (piece instanceof Expression pill && pill.canOmit() && pill.evaluate(scope) == null) {
                        return true;
                    }
                }
            } catch (ValueRejectedException e) {
                // Said when it is written.
            }
            return false;
        }

        private static void pill(Expression pill, RenderContext scope, JsonWriter out) {
            try {
                JsonNode value = pill.evaluatePresent(scope);
                if (value != null) {
                    out.text(Filters.single(value));
                }
            } catch (ValueRejectedException e) {
                JsonNode unused = failed(scope, pill, e);
            }
        }
    }

    /** An object or array of which pieces can be left out: each has its prefix, a comma and its name. */
    record ContainerFragment(char open, char close, List<Member> members) implements JsonFragment {
        @Override
        public boolean write(RenderContext scope, JsonWriter out, byte[] prefix, int from) {
            out.raw(prefix, from);
            out.raw((byte) open);
            boolean first = true;
            for (int i = 0; i < members.size(); i++) {
                Member member = members.get(i);
                boolean written = member.value.write(scope, out, member.prefix, first ? 1 : 0);
                first &= !written;
            }
            out.raw((byte) close);
            return true;
        }
    }

    /** A piece of a container. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Member(byte[] prefix, JsonFragment value) {}

    /** A list with one item for each element of another list. */
    record EachFragment(Expression list, int slot, JsonFragment item) implements JsonFragment {

        private static final byte[] COMMA = {','};

        @Override
        public boolean write(RenderContext scope, JsonWriter out, byte[] prefix, int from) {
            JsonNode elements;
            try {
                elements = list.evaluate(scope);
                if (elements != null && !elements.isArray()) {
                    throw new ValueRejectedException(
                            TemplateProblem.Code.WRONG_TYPE,
                            "is " + ValueType.of(elements).phrase() + ", but $each needs a list");
                }
            } catch (ValueRejectedException e) {
                elements = failed(scope, list, e);
            }
            if (elements == null) {
                return false;
            }
            out.raw(prefix, from);
            out.raw((byte) '[');
            boolean first = true;
            for (int i = 0; i < elements.size(); i++) {
                scope.set(slot, elements.get(i));
                boolean written = item.write(scope, out, COMMA, first ? 1 : 0);
                first &= !written;
            }
            out.raw((byte) ']');
            return true;
        }

        @Override
        public boolean canOmit() {
            return list.canOmit();
        }
    }

    /** One of two pieces. */
    record IfFragment(
            Condition condition,
            JsonFragment then,
            @Nullable JsonFragment otherwise) implements JsonFragment {
        @Override
        public boolean write(RenderContext scope, JsonWriter out, byte[] prefix, int from) {
            JsonFragment chosen = condition.holds(scope) ? then : otherwise;
            return chosen != null && chosen.write(scope, out, prefix, from);
        }

        @Override
        public boolean canOmit() {
            return otherwise == null || then.canOmit() || otherwise.canOmit();
        }
    }

    /** What {@code $if} asks: whether there is something, or whether it equals a literal. */
    record Condition(Expression pill, @Nullable JsonNode equal) {

        boolean holds(RenderContext scope) {
            try {
                JsonNode value = pill.evaluateOrNull(scope);
                if (equal != null) {
                    return value == null ? equal.isNull() : same(value, equal);
                }
                if (value == null || value.isNull()) {
                    return false;
                }
                if (value.isNumber()) {
                    throw new ValueRejectedException(
                            TemplateProblem.Code.WRONG_TYPE, "is a number: say by $equals which number is meant");
                }
                return value.isBoolean() ? value.booleanValue() : !MissingValuePolicy.isEmpty(value);
            } catch (ValueRejectedException e) {
                JsonNode unused = failed(scope, pill, e);
                return false;
            }
        }

        private static boolean same(JsonNode a, JsonNode b) {
            boolean numbers = a.isNumber() && b.isNumber();
            return numbers ? a.decimalValue().compareTo(b.decimalValue()) == 0 : a.equals(b);
        }
    }
}
