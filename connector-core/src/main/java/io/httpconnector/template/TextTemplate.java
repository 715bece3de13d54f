package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A compiled text with pills: literal strings, and pills with their escapers. Immutable. */
record TextTemplate(List<Object> pieces) {

    static final String PATH_ONLY = "the filter path is only allowed in the path of the URL";

    /** A pill with its escaper. */
    record EscapedPill(Expression pill, Escaper escaper) {}

    /**
     * The escaping rules for values by context. Each throws a {@link ValueRejectedException} for values that are not allowed
     * there.
     */
    enum Escaper {
        /** No escaping: the recipient of the text encodes or checks it. */
        PLAIN {
            @Override
            String escape(String value) {
                return Escaping.requireValidUnicode(value);
            }
        },
        /** Part of one path segment (RFC 3986, section 3.3). */
        SEGMENT {
            @Override
            String escape(String value) {
                return Escaping.percent(requirePathSegment(value), "");
            }
        },
        /** Several path segments. */
        SEGMENTS {
            @Override
            String escape(String value) {
                for (String segment : value.split("/", -1)) {
                    String unused = requirePathSegment(segment);
                }
                return Escaping.percent(value, "/");
            }
        },
        /** Part of a query. */
        QUERY {
            @Override
            String escape(String value) {
                return Escaping.percent(value, "");
            }
        },
        /** Part of a host; the whole host is checked afterwards. */
        HOST {
            @Override
            String escape(String value) {
                if (!value.matches("[A-Za-z0-9-]++(\\.[A-Za-z0-9-]++)*+")) {
                    throw new ValueRejectedException(
                            Code.UNENCODABLE,
                            "is not part of a valid host name: use letters, digits, hyphens and dots");
                }
                return value;
            }
        },
        /** The text of an XML element. */
        XML_TEXT {
            @Override
            String escape(String value) {
                return Escaping.xml(value, false);
            }
        },
        /** The value of an XML attribute. */
        XML_ATTRIBUTE {
            @Override
            String escape(String value) {
                return Escaping.xml(value, true);
            }
        };

        abstract String escape(String value);

        private static String requirePathSegment(String segment) {
            if (segment.isEmpty()) {
                throw new ValueRejectedException(Code.EMPTY, "is empty, which would change the path");
            }
            if (segment.equals(".") || segment.equals("..")) {
                throw new ValueRejectedException(Code.UNENCODABLE, "is a dot segment, which would change the path");
            }
            return segment;
        }
    }

    TextTemplate {
        pieces = List.copyOf(pieces);
    }

    List<Expression> pills() {
        List<Expression> pills = new ArrayList<>();
        for (Object piece : pieces) {
            if (piece instanceof EscapedPill placed) {
                pills.add(placed.pill);
            }
        }
        return pills;
    }

    /** Returns the text if it has no pills, otherwise null. */
    @Nullable String fixed() {
        return pills().isEmpty() ? sample("") : null;
    }

    /** Returns the text with a word in place of each pill. */
    String sample(String word) {
        StringBuilder sample = new StringBuilder();
        for (Object piece : pieces) {
            sample.append(piece instanceof EscapedPill ? word : (String) piece);
        }
        return sample.toString();
    }

    /** Returns the pill that makes up the whole text, or null. */
    @Nullable Expression whole() {
        return pieces.size() == 1 && pieces.get(0) instanceof EscapedPill placed ? placed.pill : null;
    }

    /** Renders the text. Returns null if it is omitted. Problems are added to the context. */
    @Nullable String render(RenderContext context) {
        StringBuilder text = new StringBuilder();
        boolean omitted = false;
        for (int i = 0; i < pieces.size(); i++) {
            if (!(pieces.get(i) instanceof EscapedPill placed)) {
                text.append((String) pieces.get(i));
                continue;
            }
            try {
                JsonNode value = placed.pill.evaluatePresent(context);
                if (value == null) {
                    omitted = true;
                } else {
                    text.append(placed.escaper.escape(Filters.single(value)));
                }
            } catch (ValueRejectedException e) {
                context.problems().add(placed.pill.problem(e));
            }
        }
        return omitted ? null : text.toString();
    }

    /** Compiles a text in which all pills have the same escaper. */
    static TextTemplate compile(
            PillSyntax syntax, String part, String text, Escaper encoding, List<TemplateProblem> problems) {
        List<Object> pieces = new ArrayList<>();
        for (Object piece : syntax.tokenize(part, text, encoding::escape, problems)) {
            pieces.add(piece instanceof Expression pill ? escaped(pill, encoding, problems) : piece);
        }
        return new TextTemplate(pieces);
    }

    /** Adds the escaper to a pill in text, where null is not allowed. */
    static EscapedPill escaped(Expression pill, Escaper encoding, List<TemplateProblem> problems) {
        boolean keepsSlashes = pill.keepsSlashes();
        if (keepsSlashes && encoding != Escaper.SEGMENT) {
            problems.add(pill.problem(Code.MISPLACED, PATH_ONLY));
        }
        if (pill.canBeNull()) {
            problems.add(pill.problem(Code.MISPLACED, "null has no text form: use | default('') or | omit"));
        }
        return new EscapedPill(pill, keepsSlashes ? Escaper.SEGMENTS : encoding);
    }
}
