// Echo server with a virtual thread for each connection (Java 21).
// javac Server.java && npm run lab -- run quick --server 'java=java -cp . Server {port}' --only java,epoll
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

public final class Server {
  private static final int BACKLOG = 4096;

  public static void main(String[] words) throws IOException {
    int port = Integer.parseInt(words[0]);
    try (var listener = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress())) {
      while (true) {
        Socket client = listener.accept();
        Thread.startVirtualThread(() -> echo(client));
      }
    }
  }

  private static void echo(Socket client) {
    try (client) {
      client.setTcpNoDelay(true);
      var in = client.getInputStream();
      var out = client.getOutputStream();
      var buffer = new byte[16384];
      for (int length = in.read(buffer); length > 0; length = in.read(buffer)) {
        out.write(buffer, 0, length);
      }
    } catch (IOException error) {
      System.err.println(error.getMessage());
    }
  }
}
