package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A text with pills: literal strings, and pills that each know how they are encoded. Immutable. */
record TextTemplate(List<Object> pieces) {

    static final String PATH_ONLY = "the filter path has a meaning in the path of the URL only";

    /** A pill in its place. */
    record PlacedPill(Expression pill, Escaper encoding) {}

    /** What happens to a value on its way in; each throws a {@link ValueRejectedException} when the value can't stand there. */
    enum Escaper {
        /** Nothing: whoever takes the text encodes or checks it. */
        PLAIN {
            @Override
            String encode(String value) {
                return Escaping.unicode(value);
            }
        },
        /** As a part of one path segment (RFC 3986, section 3.3). */
        SEGMENT {
            @Override
            String encode(String value) {
                return Escaping.percent(refuseOtherPath(value), "");
            }
        },
        /** As several path segments. */
        SEGMENTS {
            @Override
            String encode(String value) {
                for (String segment : value.split("/", -1)) {
                    String unused = refuseOtherPath(segment);
                }
                return Escaping.percent(value, "/");
            }
        },
        /** As a part of a query. */
        QUERY {
            @Override
            String encode(String value) {
                return Escaping.percent(value, "");
            }
        },
        /** As a part of a host; the whole host is checked afterwards. */
        HOST {
            @Override
            String encode(String value) {
                if (!value.matches("[A-Za-z0-9-]++(\\.[A-Za-z0-9-]++)*+")) {
                    throw new ValueRejectedException(
                            Code.UNENCODABLE, "is no part of a host name: letters, digits, hyphens and dots are");
                }
                return value;
            }
        },
        /** Between two tags. */
        XML_TEXT {
            @Override
            String encode(String value) {
                return Escaping.xml(value, false);
            }
        },
        /** In the value of an attribute. */
        XML_ATTRIBUTE {
            @Override
            String encode(String value) {
                return Escaping.xml(value, true);
            }
        };

        abstract String encode(String value);

        private static String refuseOtherPath(String segment) {
            if (segment.isEmpty()) {
                throw new ValueRejectedException(Code.EMPTY, "is empty, which would make another path");
            }
            if (segment.equals(".") || segment.equals("..")) {
                throw new ValueRejectedException(Code.UNENCODABLE, "is a dot segment, which would make another path");
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
            if (piece instanceof PlacedPill placed) {
                pills.add(placed.pill);
            }
        }
        return pills;
    }

    /** The text when there are no pills in it, or else null. */
    @Nullable String fixed() {
        return pills().isEmpty() ? sample("") : null;
    }

    /** The text with the same word instead of each value. */
    String sample(String word) {
        StringBuilder sample = new StringBuilder();
        for (Object piece : pieces) {
            sample.append(piece instanceof PlacedPill ? word : (String) piece);
        }
        return sample.toString();
    }

    /** The pill that is the whole of the text, or null. */
    @Nullable Expression whole() {
        return pieces.size() == 1 && pieces.get(0) instanceof PlacedPill placed ? placed.pill : null;
    }

    /** The text with its values, or null when it is to be left out; what is wrong stands in the scope. */
    @Nullable String render(RenderContext scope) {
        StringBuilder text = new StringBuilder();
        boolean omitted = false;
        for (int i = 0; i < pieces.size(); i++) {
            if (!(pieces.get(i) instanceof PlacedPill placed)) {
                text.append((String) pieces.get(i));
                continue;
            }
            try {
                JsonNode value = placed.pill.evaluatePresent(scope);
                if (value == null) {
                    omitted = true;
                } else {
                    text.append(placed.encoding.encode(Filters.single(value)));
                }
            } catch (ValueRejectedException e) {
                scope.problems().add(placed.pill.problem(e));
            }
        }
        return omitted ? null : text.toString();
    }

    /** The pieces of a text in which every pill has the same encoding. */
    static TextTemplate compile(
            PillSyntax language, String part, String text, Escaper encoding, List<TemplateProblem> problems) {
        List<Object> pieces = new ArrayList<>();
        for (Object piece : language.tokenize(part, text, encoding::encode, problems)) {
            pieces.add(piece instanceof Expression pill ? placed(pill, encoding, problems) : piece);
        }
        return new TextTemplate(pieces);
    }

    /** A pill in text, where null has no place. */
    static PlacedPill placed(Expression pill, Escaper encoding, List<TemplateProblem> problems) {
        boolean keepsSlashes = pill.keepsSlashes();
        if (keepsSlashes && encoding != Escaper.SEGMENT) {
            problems.add(pill.problem(Code.WRONG_PLACE, PATH_ONLY));
        }
        if (pill.makesNull()) {
            problems.add(pill.problem(Code.WRONG_PLACE, "null has no text: write | default('') or | omit"));
        }
        return new PlacedPill(pill, keepsSlashes ? Escaper.SEGMENTS : encoding);
    }
}
