package io.httpconnector;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The threads and requests of test servers that write their responses byte by byte. */
public final class PeerIo {

    private static final Pattern LENGTH = Pattern.compile("(?i)\\r\\nContent-Length: (\\d+)\\r\\n");

    private PeerIo() {}

    /** The work of a thread, which ends when one side closes the connection. */
    public interface Work {
        void run() throws IOException;
    }

    /** Starts a daemon thread. */
    public static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException expected) {
                // One side hung up.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** Reads the request line and the header fields, up to the empty line. */
    static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the client hung up");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** Reads a request with its body, whose length is announced. */
    public static String readRequest(InputStream in) throws IOException {
        String head = readHead(in);
        Matcher length = LENGTH.matcher(head);
        return length.find()
                ? head + new String(in.readNBytes(Integer.parseInt(length.group(1))), StandardCharsets.ISO_8859_1)
                : head;
    }
}
