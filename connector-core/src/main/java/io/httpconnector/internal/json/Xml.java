package io.httpconnector.internal.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.xml.XmlFactory;
import com.fasterxml.jackson.dataformat.xml.XmlMapper;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.text.LogSafe;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import javax.xml.stream.Location;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Reads XML without document types, and therefore without external or exponentially growing entities. */
public final class Xml {

    private Xml() {}

    /** Refuses what is not one well-formed document, and says where. */
    public static void check(String xml) {
        XMLInputFactory factory = safe(XMLInputFactory.newDefaultFactory());
        try {
            XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(xml));
            String encoding = reader.getCharacterEncodingScheme();
            if (encoding != null && !encoding.equalsIgnoreCase(StandardCharsets.UTF_8.name())) {
                throw new InvalidDefinitionException(
                        "XML body", "it declares the encoding " + LogSafe.visible(encoding) + ", but is sent in UTF-8");
            }
            while (reader.hasNext()) {
                reader.next();
            }
        } catch (XMLStreamException e) {
            Location at = e.getLocation();
            throw new InvalidDefinitionException(
                    "XML body",
                    at == null
                            ? "it is not well-formed"
                            : "line " + at.getLineNumber() + ", column " + at.getColumnNumber()
                                    + ": it is not well-formed here");
        }
    }

    private static XMLInputFactory safe(XMLInputFactory factory) {
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        return factory;
    }

    /**
     * A document as a tree, by Jackson.
     *
     * @throws ConnectorException when the application lacks Jackson's module for XML
     */
    public static JsonNode read(byte[] xml) throws IOException {
        try {
            return Tree.read(xml);
        } catch (NoClassDefFoundError e) {
            throw missing(e);
        }
    }

    /** A document piece by piece; otherwise the same. */
    public static JsonParser parser(InputStream xml) throws IOException {
        try {
            return Tree.MAPPER.createParser(xml);
        } catch (NoClassDefFoundError e) {
            throw missing(e);
        }
    }

    /** The same for decoded text. */
    public static JsonParser parser(Reader xml) throws IOException {
        try {
            return Tree.MAPPER.createParser(xml);
        } catch (NoClassDefFoundError e) {
            throw missing(e);
        }
    }

    private static ConnectorException missing(NoClassDefFoundError e) {
        return new ConnectorException(
                "Reading XML needs the library com.fasterxml.jackson.dataformat:jackson-dataformat-xml: add it", e);
    }

    /** Apart, because it can be loaded only where the library is. */
    private static final class Tree {
        private static final ObjectMapper MAPPER = new XmlMapper(new XmlFactory(safe(XMLInputFactory.newFactory())));

        static JsonNode read(byte[] xml) throws IOException {
            JsonNode tree = MAPPER.readTree(xml);
            if (tree.isTextual()) {
                // An element without elements; or text that is no XML, which Jackson lets through.
                check(new String(xml, StandardCharsets.UTF_8));
            }
            return tree;
        }
    }

    public static String describe(IOException e) {
        return e instanceof JsonProcessingException json
                ? JsonSupport.describe(json)
                : e.getClass().getSimpleName();
    }
}
