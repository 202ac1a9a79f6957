//! In whose name the register of an office is changed: an administrator's sign-in.

use std::path::PathBuf;

use mohar_protocol::control::{Credentials, Request};
use serde_json::json;

use crate::args::code;
use crate::connect::Node;
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::output::Output;
use crate::password::{PasswordArgs, Passwords};

/// The node and the administrator.
#[derive(Debug, clap::Args)]
pub struct Admin {
    /// Data folder of the running node
    #[arg(long)]
    data: PathBuf,
    /// Sign-in name of the administrator in whose name it is done
    #[arg(long = "as", value_name = "NAME", value_parser = code)]
    admin: String,
    #[command(flatten)]
    passwords: PasswordArgs,
}

impl Admin {
    /// Asks for the password and has the node do it.
    ///
    /// # Errors
    /// A node that does not answer, or says no.
    pub fn have_done(
        &self,
        output: Output,
        done: &str,
        request: impl FnOnce(Credentials, &mut Passwords) -> Result<Request, Failure>,
    ) -> Result<Exit, Failure> {
        let mut node = Node::open(&self.data)?;
        let mut passwords = Passwords::new(&self.passwords)?;
        let password = passwords.ask(&format!("administrator {}", self.admin))?.to_string();
        let by = Credentials { login: self.admin.clone(), password };
        let request = request(by, &mut passwords)?;
        let id = node
            .done(&request)
            .hint("`mohar status` shows the offices of this node; names and codes are as they were given.")?;
        match &id {
            Some(id) => output.line(format!("{done} {id}"))?,
            None => output.line(done)?,
        }
        output.json(&json!({ "done": done, "id": id }))?;
        Ok(Exit::Good)
    }
}
