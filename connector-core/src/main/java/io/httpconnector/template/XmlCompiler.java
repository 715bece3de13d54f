package io.httpconnector.template;

import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.List;

/**
 * Compiles an XML document: determines for each pill whether it is in element text or in an attribute, and rejects pills
 * elsewhere.
 */
final class XmlCompiler {

    /** The opening and closing delimiters of constructs that must not contain pills. */
    private static final List<List<String>> WITHOUT_PILLS =
            List.of(List.of("<!--", "-->"), List.of("<![CDATA[", "]]>"), List.of("<?", "?>"), List.of("<!", ">"));

    private final List<TemplateProblem> problems;
    /** The terminator of the construct at the current position, or empty between tags. */
    private String terminator = "";

    private boolean inTag;

    private XmlCompiler(List<TemplateProblem> problems) {
        this.problems = problems;
    }

    static TextTemplate compile(PillSyntax syntax, String xml, List<TemplateProblem> problems) {
        int before = problems.size();
        XmlCompiler compiler = new XmlCompiler(problems);
        List<Object> pieces = new ArrayList<>();
        for (Object piece : syntax.tokenize("body", xml, text -> Escaping.xml(text, true), problems)) {
            if (piece instanceof Expression pill) {
                pieces.add(compiler.escaped(pill));
            } else {
                compiler.scan((String) piece);
                pieces.add(piece);
            }
        }
        TextTemplate template = new TextTemplate(pieces);
        if (problems.size() == before) {
            compiler.check(template.sample("x"));
        }
        return template;
    }

    private TextTemplate.EscapedPill escaped(Expression pill) {
        boolean attribute = inTag && !terminator.isEmpty();
        boolean text = !inTag && terminator.isEmpty();
        if (!attribute && !text) {
            problems.add(pill.problem(
                    Code.MISPLACED,
                    "is not allowed in a tag, a comment or CDATA: put it in element text or an attribute value"));
        }
        if (pill.canOmit()) {
            problems.add(pill.problem(Code.MISPLACED, "an element can't be omitted: use | default('')"));
        }
        return TextTemplate.escaped(
                pill, attribute ? TextTemplate.Escaper.XML_ATTRIBUTE : TextTemplate.Escaper.XML_TEXT, problems);
    }

    /**
     * Scans literal text. The result is correct for well-formed documents; {@link #check} verifies that the document is
     * well-formed.
     */
    private void scan(String text) {
        int at = 0;
        while (at < text.length()) {
            if (!terminator.isEmpty()) {
                int end = text.indexOf(terminator, at);
                if (end < 0) {
                    return;
                }
                at = end + terminator.length();
                terminator = "";
            } else if (inTag) {
                char c = text.charAt(at++);
                inTag = c != '>';
                terminator = c == '"' || c == '\'' ? String.valueOf(c) : "";
            } else {
                at = text.indexOf('<', at);
                if (at < 0) {
                    return;
                }
                at = openConstruct(text, at);
            }
        }
    }

    private int openConstruct(String text, int at) {
        for (List<String> pair : WITHOUT_PILLS) {
            if (text.startsWith(pair.get(0), at)) {
                terminator = pair.get(1);
                return at + pair.get(0).length();
            }
        }
        inTag = true;
        return at + 1;
    }

    private void check(String sample) {
        if (sample.matches("(?s).*<!DOCTYPE[^>]*\\[.*")) {
            problems.add(TemplateProblem.of(
                    SourceLocation.of("body"),
                    Code.MALFORMED,
                    null,
                    "a document type with declarations is not allowed: remove the declarations"));
        }
        try {
            Body unused = Body.xml(sample);
        } catch (InvalidDefinitionException e) {
            e.problems()
                    .forEach(problem ->
                            problems.add(TemplateProblem.of(SourceLocation.of("body"), Code.MALFORMED, null, problem)));
        }
    }
}
