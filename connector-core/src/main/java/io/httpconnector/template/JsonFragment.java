package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A fragment of a JSON body: literal bytes, a value, or a structure around them. The output always has the structure of the
 * template, whatever the values are. Immutable.
 */
sealed interface JsonFragment {

    byte[] NO_PREFIX = {};

    /**
     * Writes the prefix (a comma, a member's name), starting at index {@code from}, and the fragment. Writes nothing and
     * returns false if the fragment is omitted.
     */
    boolean write(RenderContext context, JsonWriter out, byte[] prefix, int from);

    /** Whether the fragment may be omitted. */
    default boolean canOmit() {
        return false;
    }

    /** Records the problem and returns null, so that rendering continues. */
    private static JsonNode failed(RenderContext context, Expression pill, ValueRejectedException rejection) {
        context.problems().add(pill.problem(rejection));
        return NullNode.getInstance();
    }

    /** Constant bytes. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record LiteralFragment(byte[] bytes) implements JsonFragment {
        @Override
        public boolean write(RenderContext context, JsonWriter out, byte[] prefix, int from) {
            out.writeRaw(prefix, from);
            out.writeRaw(bytes);
            return true;
        }
    }

    /** A sequence of fragments, none of which can be omitted. */
    record SequenceFragment(List<JsonFragment> fragments) implements JsonFragment {
        @Override
        public boolean write(RenderContext context, JsonWriter out, byte[] prefix, int from) {
            out.writeRaw(prefix, from);
            for (int i = 0; i < fragments.size(); i++) {
                boolean unused = fragments.get(i).write(context, out, NO_PREFIX, 0);
            }
            return true;
        }
    }

    /** A value that keeps its type. */
    record ValueFragment(Expression pill) implements JsonFragment {
        @Override
        public boolean write(RenderContext context, JsonWriter out, byte[] prefix, int from) {
            try {
                JsonNode value = pill.evaluate(context);
                if (value == null) {
                    return false;
                }
                out.writeRaw(prefix, from);
                out.writeValue(value);
            } catch (ValueRejectedException e) {
                JsonNode unused = failed(context, pill, e);
            }
            return true;
        }

        @Override
        public boolean canOmit() {
            return pill.canOmit();
        }
    }

    /** A string that consists of literal bytes, escaped and with quotes, and pills. */
    record TextFragment(List<Object> pieces, boolean canOmit) implements JsonFragment {
        @Override
        public boolean write(RenderContext context, JsonWriter out, byte[] prefix, int from) {
            if (canOmit && isOmitted(context)) {
                return false;
            }
            out.writeRaw(prefix, from);
            for (int i = 0; i < pieces.size(); i++) {
                if (pieces.get(i) instanceof Expression pill) {
                    pill(pill, context, out);
                } else {
                    out.writeRaw((byte[]) pieces.get(i));
                }
            }
            return true;
        }

        private boolean isOmitted(RenderContext context) {
            try {
                for (Object piece : pieces) {
                    if (piece instanceof Expression pill && pill.canOmit() && pill.evaluate(context) == null) {
                        return true;
                    }
                }
            } catch (ValueRejectedException e) {
                // Reported when the fragment is written.
            }
            return false;
        }

        private static void pill(Expression pill, RenderContext context, JsonWriter out) {
            try {
                JsonNode value = pill.evaluatePresent(context);
                if (value != null) {
                    out.writeEscaped(Filters.single(value));
                }
            } catch (ValueRejectedException e) {
                JsonNode unused = failed(context, pill, e);
            }
        }
    }

    /** An object or array with fragments that can be omitted; the prefix of each is a comma and its name. */
    record ContainerFragment(char open, char close, List<PrefixedFragment> members) implements JsonFragment {
        @Override
        public boolean write(RenderContext context, JsonWriter out, byte[] prefix, int from) {
            out.writeRaw(prefix, from);
            out.writeRaw((byte) open);
            boolean first = true;
            for (int i = 0; i < members.size(); i++) {
                PrefixedFragment member = members.get(i);
                boolean written = member.value.write(context, out, member.prefix, first ? 1 : 0);
                first &= !written;
            }
            out.writeRaw((byte) close);
            return true;
        }
    }

    /** A fragment of a container with its prefix. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record PrefixedFragment(byte[] prefix, JsonFragment value) {}

    /** A list with one item per element of another list. */
    record EachFragment(Expression list, int slot, JsonFragment item) implements JsonFragment {

        private static final byte[] COMMA = {','};

        @Override
        public boolean write(RenderContext context, JsonWriter out, byte[] prefix, int from) {
            JsonNode elements;
            try {
                elements = list.evaluate(context);
                if (elements != null && !elements.isArray()) {
                    throw new ValueRejectedException(
                            TemplateProblem.Code.WRONG_TYPE,
                            "is " + ValueType.of(elements).phrase() + ", but $each requires a list");
                }
            } catch (ValueRejectedException e) {
                elements = failed(context, list, e);
            }
            if (elements == null) {
                return false;
            }
            out.writeRaw(prefix, from);
            out.writeRaw((byte) '[');
            boolean first = true;
            for (int i = 0; i < elements.size(); i++) {
                context.setElement(slot, elements.get(i));
                boolean written = item.write(context, out, COMMA, first ? 1 : 0);
                first &= !written;
            }
            out.writeRaw((byte) ']');
            return true;
        }

        @Override
        public boolean canOmit() {
            return list.canOmit();
        }
    }

    /** One of two fragments. */
    record IfFragment(
            IfCondition condition,
            JsonFragment then,
            @Nullable JsonFragment elseFragment) implements JsonFragment {
        @Override
        public boolean write(RenderContext context, JsonWriter out, byte[] prefix, int from) {
            JsonFragment chosen = condition.holds(context) ? then : elseFragment;
            return chosen != null && chosen.write(context, out, prefix, from);
        }

        @Override
        public boolean canOmit() {
            return elseFragment == null || then.canOmit() || elseFragment.canOmit();
        }
    }

    /** The condition of {@code $if}: a value is present and not empty, or equals a literal. */
    record IfCondition(Expression pill, @Nullable JsonNode equal) {

        boolean holds(RenderContext context) {
            try {
                JsonNode value = pill.evaluateOrNull(context);
                if (equal != null) {
                    return value == null ? equal.isNull() : areEqual(value, equal);
                }
                if (value == null || value.isNull()) {
                    return false;
                }
                if (value.isNumber()) {
                    throw new ValueRejectedException(
                            TemplateProblem.Code.WRONG_TYPE, "is a number: use $equals to compare it");
                }
                return value.isBoolean() ? value.booleanValue() : !MissingValuePolicy.isEmpty(value);
            } catch (ValueRejectedException e) {
                JsonNode unused = failed(context, pill, e);
                return false;
            }
        }

        private static boolean areEqual(JsonNode a, JsonNode b) {
            boolean numbers = a.isNumber() && b.isNumber();
            return numbers ? a.decimalValue().compareTo(b.decimalValue()) == 0 : a.equals(b);
        }
    }
}
